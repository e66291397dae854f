using System.Collections.Concurrent;
using System.Globalization;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Runs;
using Sa2VA.Datasets.RefShapes;

[assembly: AssemblyFixture(typeof(Sa2VA.Cluster.FaultTests.Archive))]

namespace Sa2VA.Cluster.FaultTests;

/// <summary>
/// Some clips with sentences, and the chains that their masks have when nothing goes wrong: each is tracked once in this process, with the
/// embedded servers.
/// </summary>
public sealed class Archive : IAsyncLifetime
{
    private const int Clips = 8;

    // Of these nano knows what is meant, so that there is something to track in every video.
    private static readonly RefShapesLevel[] s_plain = [RefShapesLevel.Attribute, RefShapesLevel.Group, RefShapesLevel.Long];

    // Larger jobs come back to the same ones under the same name: each has to be tracked here, too, to be compared with.
    private const int Distinct = 2 * Clips;

    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentDictionary<string, Lazy<Task<IReadOnlyList<string>>>> _chains = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _turn = new(1, 1);
    private ModelHost? _model;

    public async ValueTask InitializeAsync()
    {
        _model = new ModelHost(NanoModel.Folder, "cpu");
        await RefShapesWriter.WriteAsync(
            new RefShapesWriteOptions { Split = RefShapesSplit.Val, Folder = _folder.FullPath, Videos = Clips, Layouts = default }, progress: null, CancellationToken.None);
    }

    /// <summary>So many lines of a manifest; the first sixteen are each another clip or other sentences.</summary>
    public IReadOnlyList<VideoRequest> Videos(int count) => [.. Enumerable.Range(0, count).Select(number => Video(number % Distinct))];

    /// <summary>The same clips, each again and again: some 200 frames, which take several seconds.</summary>
    public Task<IReadOnlyList<VideoRequest>> LongVideosAsync(int count, CancellationToken cancellationToken) => LengthenAsync(Videos(count), cancellationToken);

    /// <summary>The chains of a video's objects in a run without faults.</summary>
    public Task<IReadOnlyList<string>> ChainsAsync(VideoRequest video, CancellationToken cancellationToken)
        => _chains.GetOrAdd(video.Name!, _ => new(() => CompleteAsync(video, cancellationToken))).Value;

    /// <summary>A video's run without other faults than its own.</summary>
    public Task<RunResult> RunAsync(VideoRequest video, CancellationToken cancellationToken) => RunAsync(video, new JobRequest { Model = NanoModel.Name }, cancellationToken);

    /// <summary>The same with a job's settings.</summary>
    public async Task<RunResult> RunAsync(VideoRequest video, JobRequest job, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return await VideoRun.ExecuteAsync(
                new RunRequest
                {
                    Video = video.Source, ModelFolder = NanoModel.Folder, WorkFolder = _folder.File("work", video.Name!.Replace('/', '-')), Targets = video.Targets,
                    Frames = video.Frames ?? FrameSelection.All, Reground = job.Reground, Verify = job.Verify,
                },
                _model!, cancellationToken: cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_model is not null) await _model.DisposeAsync();
        _turn.Dispose();
        _folder.Dispose();
    }

    private VideoRequest Video(int number)
    {
        var clip = RefShapesVideo.Create(RefShapesSplit.Val, 0, number % Clips);
        var sides = clip.Expressions.ToLookup(sentence => s_plain.Contains(sentence.Level));
        RefShapesExpression[] sentences = [.. new[] { true, false }.Select(side => sides[side].ToList()).Where(side => side.Count > 0).Select(side => side[number / Clips % side.Count])];
        return new VideoRequest(
            _folder.File("val", "videos", $"{clip.Id}.mp4"), [.. sentences.Select(sentence => new RunTarget.Expression(sentence.Text))], Name: $"{clip.Id}/{number / Clips}");
    }

    private async Task<IReadOnlyList<VideoRequest>> LengthenAsync(IReadOnlyList<VideoRequest> videos, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var longer = new List<VideoRequest>();
            foreach (var video in videos)
            {
                var number = longer.Count.ToString(CultureInfo.InvariantCulture);
                var file = _folder.File($"long-{number}.mp4");
                if (!File.Exists(file)) await Ffmpeg.RunAsync(["-stream_loop", "3", "-i", video.Source, "-c", "copy", file], cancellationToken);
                longer.Add(video with { Source = file, Name = $"long/{number}" });
            }

            return longer;
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<IReadOnlyList<string>> CompleteAsync(VideoRequest video, CancellationToken cancellationToken)
    {
        var result = await RunAsync(video, cancellationToken);
        Assert.Equal(RunOutcome.Completed, result.Outcome);
        return [.. result.Objects.Select(one => one.Chain)];
    }
}
