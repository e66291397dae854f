using Sa2VA.Cluster.Regrounding;
using Sa2VA.Cluster.Runs;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cluster.Tests.Runs;

/// <summary>Sentences for a UniPixel, through the actors that every model goes through.</summary>
public sealed class UniPixelRunTests(RunSamples samples) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_sentence_gives_masks_for_every_frame_and_an_interruption_anywhere_changes_none()
    {
        RunTarget[] targets = [new RunTarget.Expression("the moving bar"), new RunTarget.Expression("Why is the clock at the bottom?")];
        var whole = await VideoRun.ExecuteAsync(Request("whole", targets), cancellationToken: Stop);

        Assert.Equal((RunOutcome.Completed, RunSamples.ClipFrames), (whole.Outcome, whole.FramesDone));
        Assert.Equal(["<|seg|>", "<|seg|>"], whole.Objects.Select(found => found.Answer));
        Assert.Equal(2, whole.Objects.Select(found => found.Chain).Distinct().Count());
        var areas = new List<long>();
        await foreach (var step in whole.Masks.ReadAsync(Stop))
        {
            Assert.Equal((48, 64), (step.Masks[0].Rle.Height, step.Masks[0].Rle.Width));
            areas.Add(RleCodec.Area(step.Masks[0].Rle) + RleCodec.Area(step.Masks[1].Rle));
        }

        Assert.Equal(RunSamples.ClipFrames, areas.Count);
        Assert.Contains(areas, area => area > 0);

        var broken = Request("broken", targets);
        using var interrupt = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var stopped = await VideoRun.ExecuteAsync(broken, new Watcher(progress =>
        {
            if (progress.Stage == RunStage.Tracking && progress.FramesDone >= 37) interrupt.Cancel();
        }), cancellationToken: interrupt.Token);
        Assert.Equal(RunOutcome.Interrupted, stopped.Outcome);
        var resumed = await VideoRun.ExecuteAsync(broken, cancellationToken: Stop);
        Assert.True(resumed.ResumedAt >= 37);
        Assert.Equal(whole.Objects.Select(found => found.Chain), resumed.Objects.Select(found => found.Chain));
    }

    [Fact]
    public async Task The_protocol_is_its_own_whatever_is_asked_for_and_clicks_need_no_sentence()
    {
        var frames = new FrameSelection(0, 11, 1);
        RunTarget[] targets = [new RunTarget.Expression("the moving bar"), RunSamples.Clicked("clicked", 3, 30, 20)];
        var one = await VideoRun.ExecuteAsync(Request("one", targets) with { Frames = frames, Protocol = GroundingProtocol.Sa2va }, cancellationToken: Stop);
        var other = await VideoRun.ExecuteAsync(Request("other", targets) with { Frames = frames }, cancellationToken: Stop);

        Assert.Equal(RunOutcome.Completed, one.Outcome);
        Assert.Equal([false, false], one.Objects.Select(found => found.Absent));
        Assert.Equal(one.Objects.Select(found => found.Chain), other.Objects.Select(found => found.Chain));
    }

    [Fact]
    public async Task It_is_asked_again_on_the_way_like_any_other()
    {
        var request = Request("again", new RunTarget.Expression("the moving bar")) with
        {
            Frames = new FrameSelection(0, 23, 1), Reground = new RegroundOptions { EveryFrames = 8, WindowFrames = 8, KeyFrames = 2 },
        };
        var result = await VideoRun.ExecuteAsync(request, cancellationToken: Stop);

        Assert.Equal((RunOutcome.Completed, 24), (result.Outcome, result.FramesDone));
        Assert.False(Assert.Single(result.Objects).Absent);
    }

    private RunRequest Request(string folder, params RunTarget[] targets)
        => samples.Request(_folder.File(folder), targets) with { ModelFolder = samples.TinyUniPixel, KeyFrames = 16 };

    /// <summary>Progress on the reporting thread, so that a test can stop a run at an exact point.</summary>
    private sealed class Watcher(Action<RunProgress> seen) : IProgress<RunProgress>
    {
        public void Report(RunProgress value) => seen(value);
    }
}
