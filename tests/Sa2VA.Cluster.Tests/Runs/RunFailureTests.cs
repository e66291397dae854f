using Microsoft.Data.Sqlite;
using Sa2VA.Actors;
using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Runs;
using Sa2VA.Media;
using Sa2VA.Models;
using Sa2VA.Tensors;

namespace Sa2VA.Cluster.Tests.Runs;

public sealed class RunFailureTests(RunSamples samples) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_file_that_is_cut_off_keeps_the_frames_before_and_says_where_it_ends()
    {
        var request = samples.Request(_folder.File("work"), RunSamples.Clicked("x", 0, 30, 20)) with { Video = samples.CutClip };
        var result = await VideoRun.ExecuteAsync(request, cancellationToken: Stop);

        Assert.Equal((RunOutcome.Failed, RunFailureKind.Media), (result.Outcome, result.Failure!.Kind));
        Assert.InRange(result.FramesDone, 10, RunSamples.ClipFrames - 1);
        Assert.Equal(result.FramesDone, result.Failure.Frame);
        Assert.Contains($"frame {result.FramesDone - 1}", result.Failure.Message, StringComparison.Ordinal);
        var stored = 0;
        await foreach (var step in result.Masks.ReadAsync(Stop)) Assert.Equal(stored++, step.Frame);
        Assert.Equal(result.FramesDone, stored);

        // A second try finds the same end, and loses nothing.
        var again = await VideoRun.ExecuteAsync(request, cancellationToken: Stop);
        Assert.Equal((result.Outcome, result.FramesDone, result.Objects[0].Chain), (again.Outcome, again.FramesDone, again.Objects[0].Chain));
    }

    [Fact]
    public async Task A_run_that_another_takes_over_stops_by_itself_and_spoils_nothing()
    {
        var request = samples.Request(_folder.File("shared"), RunSamples.Clicked("x", 0, 30, 20));
        using var taken = new ManualResetEventSlim();
        var halfway = new TaskCompletionSource();
        var first = Task.Run(
            () => VideoRun.ExecuteAsync(request, new Halt(20, halfway, taken), cancellationToken: Stop), Stop);
        await halfway.Task.WaitAsync(Stop);
        var second = await VideoRun.ExecuteAsync(request, cancellationToken: Stop);
        taken.Set();
        var fenced = await first;

        Assert.Equal(RunOutcome.Completed, second.Outcome);
        Assert.Equal(RunFailureKind.TakenOver, fenced.Failure!.Kind);
        var alone = await VideoRun.ExecuteAsync(request with { WorkFolder = _folder.File("alone") }, cancellationToken: Stop);
        var repeated = await VideoRun.ExecuteAsync(request, cancellationToken: Stop);
        Assert.Equal(alone.Objects[0].Chain, repeated.Objects[0].Chain);
    }

    public static TheoryData<string, Func<RunRequest, RunRequest>> BadSettings() => new()
    {
        { "There is no video", r => r with { Video = "/no/such.mp4" } },
        { "addresses are not opened", r => r with { Video = "http://127.0.0.1/clip.mp4" } },
        { "There is no model folder", r => r with { ModelFolder = "/no/such" } },
        { "KeyFrames is 0; it may be 1 to 64", r => r with { KeyFrames = 0 } },
        { "MaxNewTokens is 9000", r => r with { MaxNewTokens = 9000 } },
        { "Checkpoints.EveryFrames is 0", r => r with { Checkpoints = new CheckpointOptions { EveryFrames = 0 } } },
        { "Checkpoints.EveryTime", r => r with { Checkpoints = new CheckpointOptions { EveryTime = TimeSpan.Zero } } },
        { "things to find is 0", r => r with { Targets = [] } },
        { "expression is empty", r => r with { Targets = [new RunTarget.Expression("  ")] } },
        { "has 2001 characters", r => r with { Targets = [new RunTarget.Expression(new string('x', 2001))] } },
        { "no point, box or mask", r => r with { Targets = [new RunTarget.Prompted("it", [])] } },
        { "stride is 0", r => r with { Frames = new FrameSelection(0, null, 0) } },
        { "first frame is -1", r => r with { Frames = new FrameSelection(-1, null, 1) } },
        { "last frame, 3, is before the first, 9", r => r with { Frames = new FrameSelection(9, 3, 1) } },
    };

    [Theory]
    [MemberData(nameof(BadSettings))]
    public async Task Bad_settings_are_refused_by_name_before_anything_is_made(string says, Func<RunRequest, RunRequest> spoil)
    {
        var request = spoil(samples.Request(_folder.File("work"), RunSamples.Clicked("x", 0, 30, 20)));
        var failure = await Assert.ThrowsAsync<RunException>(() => VideoRun.ExecuteAsync(request, cancellationToken: Stop));
        Assert.Contains(says, failure.Message, StringComparison.OrdinalIgnoreCase);
        Assert.False(Directory.Exists(request.WorkFolder));
    }

    [Theory]
    [InlineData("tpu:0")]
    [InlineData("cuda:77")]
    public async Task A_device_that_is_not_there_is_named(string device)
    {
        var request = samples.Request(_folder.File("work"), RunSamples.Clicked("x", 0, 30, 20)) with { Device = device };
        var result = await VideoRun.ExecuteAsync(request, cancellationToken: Stop);
        Assert.Equal(RunFailureKind.Device, result.Failure!.Kind);
        Assert.Contains(device, result.Failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_prompt_on_a_frame_that_is_not_tracked_fails_before_tracking()
    {
        var result = await VideoRun.ExecuteAsync(samples.Request(_folder.File("work"), RunSamples.Clicked("x", 900, 3, 3)), cancellationToken: Stop);
        Assert.Equal(RunFailureKind.Settings, result.Failure!.Kind);
        Assert.Contains("frame 900", result.Failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_work_folder_that_cannot_be_made_is_a_matter_of_storage()
    {
        var file = _folder.File("file");
        await File.WriteAllTextAsync(file, "", Stop);
        var request = samples.Request(Path.Combine(file, "work"), RunSamples.Clicked("x", 0, 30, 20));
        var failure = await Assert.ThrowsAsync<RunException>(() => VideoRun.ExecuteAsync(request, cancellationToken: Stop));
        Assert.Equal(RunFailureKind.Storage, failure.Kind);
    }

    public static TheoryData<Exception, RunFailureKind> Known() => new()
    {
        { new IOException("No space left on device"), RunFailureKind.Storage },
        { new SqliteException("database or disk is full", 13), RunFailureKind.Storage },
        { new UnauthorizedAccessException("read-only"), RunFailureKind.Storage },
        { new MediaException(MediaErrorKind.Damaged, "damaged", 7), RunFailureKind.Media },
        { new ModelFolderException("misses a weight"), RunFailureKind.Model },
        { new TensorException("CUDA out of memory"), RunFailureKind.Device },
        { new FencedException("v", 1, 2), RunFailureKind.TakenOver },
        { new ChildFailedException("worker", new IOException("full")), RunFailureKind.Storage },
    };

    [Theory]
    [MemberData(nameof(Known))]
    public void What_a_person_can_act_on_is_told_apart(Exception failure, RunFailureKind kind)
        => Assert.Equal(kind, RunFailures.Of(failure)!.Kind);

    [Fact]
    public void The_rest_is_tried_again()
    {
        Assert.Null(RunFailures.Of(new InvalidOperationException()));
        Assert.Null(RunFailures.Of(new MediaException(MediaErrorKind.Timeout, "stalled")));
    }

    /// <summary>Holds the run that reports to it at a step until told to go on.</summary>
    private sealed class Halt(int step, TaskCompletionSource reached, ManualResetEventSlim goOn) : IProgress<RunProgress>
    {
        public void Report(RunProgress value)
        {
            if (value.FramesDone != step || value.Stage != RunStage.Tracking || !reached.TrySetResult()) return;
            goOn.Wait(Stop);
        }
    }
}
