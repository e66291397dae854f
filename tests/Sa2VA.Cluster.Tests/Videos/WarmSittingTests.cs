using Sa2VA.Actors;
using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Checkpoints;
using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Tests.Runs;
using Sa2VA.Cluster.Videos;

namespace Sa2VA.Cluster.Tests.Videos;

/// <summary>A video in several sittings of one process, with the same actors that a node runs.</summary>
public sealed class WarmSittingTests(RunSamples samples) : IAsyncLifetime
{
    private const string VideoId = "job-0";

    private readonly TemporaryFolder _folder = new();
    private readonly InMemoryJournal _journal = new();
    private readonly WarmVideos _shelf = new(long.MaxValue, TimeSpan.FromHours(1), TimeProvider.System);
    private readonly List<(int Step, bool IsWarm)> _continued = [];
    private ModelHost _model = null!;

    public ValueTask InitializeAsync()
    {
        _model = new ModelHost(samples.Tiny, "cpu");
        return default;
    }

    [Fact]
    public async Task A_warm_video_needs_no_snapshot_and_has_the_masks_of_an_uninterrupted_one()
    {
        var paused = await SitAsync(pauseAt: 20);
        Assert.InRange(paused.Checkpoint!.NextStep, 20, RunSamples.ClipFrames - 1);
        Assert.Equal(1, _shelf.Count);
        Directory.Delete(_folder.File("states"), recursive: true);
        var again = await SitAsync(pauseAt: paused.Checkpoint.NextStep + 20);
        Directory.Delete(_folder.File("states"), recursive: true);
        var completed = await SitAsync();

        Assert.Equal([(paused.Checkpoint.NextStep, true), (again.Checkpoint!.NextStep, true)], _continued);
        Assert.Equal(0, _shelf.Count);
        Assert.Equal(await ExpectedAsync(), Chains(completed));
    }

    [Fact]
    public async Task Who_was_in_between_decides_that_the_snapshot_counts()
    {
        var paused = await SitAsync(pauseAt: 20);
        await _journal.ClaimAsync(VideoId, "another node", CancellationToken.None);
        var completed = await SitAsync();
        Assert.Equal([(paused.Checkpoint!.NextStep, false)], _continued);
        Assert.Equal(0, _shelf.Count);
        Assert.Equal(await ExpectedAsync(), Chains(completed));
    }

    [Fact]
    public async Task A_video_that_is_over_or_came_nowhere_is_not_kept()
    {
        var nowhere = await SitAsync(pauseAt: 0);
        Assert.Null(nowhere.Checkpoint);
        Assert.Equal(0, _shelf.Count);
        Assert.IsType<VideoEnding.Completed>((await SitAsync()).Ending);
        Assert.Equal(0, _shelf.Count);
    }

    public async ValueTask DisposeAsync()
    {
        _shelf.Dispose();
        await _model.DisposeAsync();
        _folder.Dispose();
    }

    private static IReadOnlyList<string> Chains(Video video) => Assert.IsType<VideoEnding.Completed>(video.Ending).Chains;

    private async Task<IReadOnlyList<string>> ExpectedAsync()
    {
        var request = samples.Request(_folder.File("alone"), new RunTarget.Expression("the moving bar"), RunSamples.Clicked("click", 3, 20, 20));
        var alone = await VideoRun.ExecuteAsync(request, _model, cancellationToken: CancellationToken.None);
        return [.. alone.Objects.Select(one => one.Chain)];
    }

    /// <summary>Works on the video until it is over, or told to pause once so many frames are done.</summary>
    private async Task<Video> SitAsync(int? pauseAt = null)
    {
        var order = new VideoOrder(
            samples.Clip, samples.Tiny, "cpu", [new RunTarget.Expression("the moving bar"), RunSamples.Clicked("click", 3, 20, 20)],
            GroundingProtocol.Sa2vaI, KeyFrames: 5, FrameSelection.All, MaxNewTokens: 16);
        var place = new SittingPlace
        {
            Owner = "test", Checkpoints = new CheckpointOptions { EveryFrames = 10, EveryTime = TimeSpan.FromHours(1) }, Model = _model, Warm = _shelf,
            States = new FolderCheckpointStore(_folder.File("states")), Results = new FolderResultStore(_folder.File("results")),
            Continued = (step, isWarm) => _continued.Add((step, isWarm)),
        };
        await using var system = new ActorSystem();
        var pause = new PauseAt(pauseAt);
        using var sitting = new Sitting(VideoId, order, place, pause);
        var actor = system.Spawn("video", () => new VideoActor(_journal, sitting), VideoActor.Options);
        if (await Task.WhenAny(pause.Reached, sitting.Ended, actor.Terminated) == pause.Reached) await actor.TellAsync(new VideoCommand.Pause());
        await Task.WhenAny(sitting.Ended, actor.Terminated);
        await actor.StopAsync(cancellationToken: CancellationToken.None);
        return await sitting.Ended;
    }

    /// <summary>Sees when so many frames are done.</summary>
    private sealed class PauseAt(int? frames) : IProgress<RunProgress>
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Reached => _reached.Task;

        public void Report(RunProgress value)
        {
            if (frames is { } wanted && value.FramesDone >= wanted) _reached.TrySetResult();
        }
    }
}
