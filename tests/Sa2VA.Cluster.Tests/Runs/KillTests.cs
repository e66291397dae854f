using System.Diagnostics;
using Sa2VA.Cluster.Runs;

namespace Sa2VA.Cluster.Tests.Runs;

public sealed class KillTests(RunSamples samples) : IDisposable
{
    private const int Kills = 20;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    /// <summary>
    /// The moments are moments of the real clock, because anything may be half done at them: that is the point. Which
    /// they are is drawn from a seed; a run that gets to its end is checked, and the next begins afresh.
    /// </summary>
    [Fact]
    public async Task Killed_at_twenty_random_moments_a_run_ends_with_the_bytes_of_an_undisturbed_one()
    {
        var undisturbed = RequestIn("undisturbed");
        var watch = Stopwatch.StartNew();
        var (expected, _) = await RunAsync(undisturbed, killAfter: null);
        var duration = watch.Elapsed;

        var random = new Random(2024);
        var (kills, ends, resumes) = (0, 0, 0);
        for (var run = 0; kills < Kills; run++)
        {
            var request = RequestIn($"killed-{run}");
            for (var ended = false; !ended;)
            {
                var moment = kills < Kills ? duration * random.NextDouble() : (TimeSpan?)null;
                (var output, ended) = await RunAsync(request, moment);
                if (!ended) kills++;
                else
                {
                    ends++;
                    if (!output.Contains(" from 0 ", StringComparison.Ordinal)) resumes++;
                    Assert.Equal(Chains(expected), Chains(output));
                }
            }

            Assert.Equal(Blocks(undisturbed.WorkFolder), Blocks(request.WorkFolder));
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{kills} kills within {duration.TotalSeconds:0.00} s of work each; {ends} runs got to their end, {resumes} of them from a checkpoint; all with the same bytes.");
        Assert.True(resumes > 0, "No run was resumed from a checkpoint, so this proved little: the moments or the clip do not fit.");
    }

    private static IEnumerable<string> Chains(string output) => output.Split('\n').Where(l => l.StartsWith("chain ", StringComparison.Ordinal));

    private static IEnumerable<(string Name, string Content)> Blocks(string workFolder)
        => Directory.EnumerateFiles(Path.Combine(workFolder, "results"), "*.s2mb", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal).Select(f => (Path.GetRelativePath(workFolder, f), Convert.ToHexString(File.ReadAllBytes(f))));

    private RunRequest RequestIn(string folder)
        => samples.Request(_folder.File(folder), new RunTarget.Expression("the bar"), RunSamples.Clicked("clicked", 12, 30, 20)) with
        {
            ModelFolder = samples.TinyI,
            Video = samples.ClipOf(100),
            Checkpoints = new CheckpointOptions { EveryFrames = 7, EveryTime = TimeSpan.FromHours(1) },
        };

    private async Task<(string Output, bool Ended)> RunAsync(RunRequest request, TimeSpan? killAfter)
    {
        using var process = RunProcess.Start(request, _folder.File("request.json"));
        return await process.RunAsync(killAfter, Stop);
    }
}
