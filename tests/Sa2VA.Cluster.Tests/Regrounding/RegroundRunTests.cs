using Sa2VA.Cluster.Journal;
using Sa2VA.Cluster.Regrounding;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Tests.Runs;
using Sa2VA.Cluster.Videos;

namespace Sa2VA.Cluster.Tests.Regrounding;

/// <summary>Whole runs that ask again, with a random model: its answers differ from frame to frame, so tracks are overruled all the time.</summary>
public sealed class RegroundRunTests(RunSamples samples) : IDisposable
{
    private static readonly RegroundOptions Often = new() { EveryFrames = 16, OnCut = true, OnDoubt = true, MinimumGap = 5, KeyFrames = 2, WindowFrames = 12 };

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(GroundingProtocol.Sa2vaI)]
    [InlineData(GroundingProtocol.Sa2va)]
    public async Task Interrupted_anywhere_it_asks_no_question_twice_and_ends_with_the_same_chains(GroundingProtocol protocol)
    {
        RunTarget[] targets = [new RunTarget.Expression("the bar"), RunSamples.Clicked("clicked", 12, 30, 20), new RunTarget.Expression("noise")];
        var whole = await VideoRun.ExecuteAsync(samples.Request(_folder.File("whole"), targets) with { Protocol = protocol, Reground = Often }, cancellationToken: Stop);
        Assert.NotEmpty(whole.Corrections);
        Assert.DoesNotContain(whole.Corrections, note => note.ObjectId == 2);

        var request = samples.Request(_folder.File("broken"), targets) with { Protocol = protocol, Reground = Often };
        var interruptions = 0;
        RunResult result;
        do
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);
            result = await VideoRun.ExecuteAsync(request, new Watcher(progress =>
            {
                if (progress.Stage == RunStage.Tracking && progress.FramesDone >= progress.ResumedAt + 7) stop.Cancel();
            }), cancellationToken: stop.Token);
            interruptions += result.Outcome == RunOutcome.Interrupted ? 1 : 0;
        }
        while (result.Outcome == RunOutcome.Interrupted);

        Assert.True(interruptions >= 3, $"It was interrupted {interruptions} times.");
        Assert.Equal(whole.Objects.Select(one => one.Chain), result.Objects.Select(one => one.Chain));
        Assert.Equal(whole.Corrections, result.Corrections);
        Assert.Equal(await AskedAsync(whole, "whole"), await AskedAsync(result, "broken"));
    }

    [Fact]
    public async Task Asking_again_moves_masks_and_is_another_run()
    {
        var target = new RunTarget.Expression("the bar");
        var plain = await VideoRun.ExecuteAsync(samples.Request(_folder.File("work"), target), cancellationToken: Stop);
        var again = await VideoRun.ExecuteAsync(samples.Request(_folder.File("work"), target) with { Reground = Often }, cancellationToken: Stop);
        Assert.Empty(plain.Corrections);
        Assert.NotEqual(plain.VideoId, again.VideoId);
        Assert.NotEqual(plain.Objects[0].Chain, again.Objects[0].Chain);
    }

    [Fact]
    public async Task What_was_absent_stays_absent()
    {
        var request = samples.Request(_folder.FullPath, new RunTarget.Expression("a unicorn")) with { ModelFolder = samples.TinyMute, Reground = Often };
        var result = await VideoRun.ExecuteAsync(request, cancellationToken: Stop);
        Assert.Equal((RunOutcome.Completed, true), (result.Outcome, result.Objects[0].Absent));
        Assert.Empty(result.Corrections);
    }

    [Fact]
    public async Task An_occasion_has_to_be_named()
    {
        var refused = await Assert.ThrowsAsync<RunException>(() => VideoRun.ExecuteAsync(
            samples.Request(_folder.FullPath, new RunTarget.Expression("x")) with { Reground = new RegroundOptions() }, cancellationToken: Stop));
        Assert.Contains("names no occasion", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>The times and targets that were asked about, in the order of the journal.</summary>
    private async Task<List<(int Step, int Target)>> AskedAsync(RunResult result, string folder)
    {
        using var journal = SqliteJournal.Open(Path.Combine(_folder.File(folder), "journal.db"));
        var asked = new List<(int, int)>();
        await foreach (var record in journal.ReadAsync(result.VideoId, 0, Stop))
        {
            if (new VideoCodec().Decode(record) is VideoEvent.RegroundAnswered answered) asked.Add((answered.Step, answered.Target));
        }

        return asked;
    }
}
