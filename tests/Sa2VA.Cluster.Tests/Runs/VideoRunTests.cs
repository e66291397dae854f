using Sa2VA.Media.Masks;
using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Runs;

namespace Sa2VA.Cluster.Tests.Runs;

public sealed class VideoRunTests(RunSamples samples) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(GroundingProtocol.Sa2va, "tiny")]
    [InlineData(GroundingProtocol.Sa2vaI, "tiny")]
    [InlineData(GroundingProtocol.Sa2vaI, "tiny-i")]
    public async Task A_sentence_gives_masks_for_every_frame(GroundingProtocol protocol, string model)
    {
        var request = samples.Request(_folder.FullPath, new RunTarget.Expression("the moving bar")) with
        {
            Protocol = protocol, ModelFolder = model == "tiny" ? samples.Tiny : samples.TinyI,
        };
        var result = await VideoRun.ExecuteAsync(request, cancellationToken: Stop);

        Assert.Equal((RunOutcome.Completed, RunSamples.ClipFrames), (result.Outcome, result.FramesDone));
        var found = Assert.Single(result.Objects);
        Assert.Equal((1, "the moving bar", false), (found.ObjectId, found.Label, found.Absent));
        Assert.Contains("[SEG]", found.Answer!, StringComparison.Ordinal);
        Assert.Matches("^[0-9a-f]{64}$", found.Chain);
        var steps = await StepsAsync(result);
        Assert.Equal(Enumerable.Range(0, RunSamples.ClipFrames), steps.Select(s => s.Frame));
        Assert.All(steps, s => Assert.Equal(s.Frame * 0.04, s.Seconds, precision: 6));
        Assert.All(steps, s => Assert.Equal((48, 64), (s.Masks[0].Rle.Height, s.Masks[0].Rle.Width)));
        Assert.Contains(steps, s => RleCodec.Area(s.Masks[0].Rle) > 0);
    }

    [Fact]
    public async Task Clicks_boxes_and_masks_need_no_language_model()
    {
        var square = new byte[48 * 64];
        for (var y = 10; y < 30; y++) square.AsSpan(y * 64 + 20, 20).Fill(1);
        var request = samples.Request(
            _folder.FullPath,
            RunSamples.Clicked("clicked", 0, 30, 20),
            new RunTarget.Prompted("boxed", [new VisualPrompt.Box(20, 5, 5, 40, 40)]),
            new RunTarget.Prompted("drawn", [new VisualPrompt.Mask(8, RleCodec.Encode(square, 48, 64))])) with { ModelFolder = samples.Sam2Only };
        var result = await VideoRun.ExecuteAsync(request, cancellationToken: Stop);

        Assert.Equal(RunOutcome.Completed, result.Outcome);
        Assert.Equal(["clicked", "boxed", "drawn"], result.Objects.Select(o => o.Label));
        Assert.All(result.Objects, o => Assert.Null(o.Answer));
        var drawn = (await StepsAsync(result))[8].Masks[2];
        // The mask is the output of its frame, but for what its way through the model's size rounds.
        Assert.InRange(RleCodec.Area(drawn.Rle), 360, 440);
    }

    [Fact]
    public async Task The_same_content_at_constant_and_variable_rate_gives_the_same_masks()
    {
        var target = new RunTarget.Expression("the moving bar");
        var even = await StepsAsync(await VideoRun.ExecuteAsync(samples.Request(_folder.File("even"), target), cancellationToken: Stop));
        var uneven = await StepsAsync(await VideoRun.ExecuteAsync(samples.Request(_folder.File("uneven"), target) with { Video = samples.UnevenClip }, cancellationToken: Stop));

        Assert.Equal(even.Select(s => s.Masks[0].Rle.Counts), uneven.Select(s => s.Masks[0].Rle.Counts));
        Assert.NotEqual(even.Select(s => s.Seconds), uneven.Select(s => s.Seconds));
    }

    [Fact]
    public async Task The_frames_of_a_clip_as_pictures_give_its_masks_and_are_another_run_when_one_changes()
    {
        var target = new RunTarget.Expression("the moving bar");
        var pictures = await samples.PicturesAsync(_folder.File("pictures"));
        var request = samples.Request(_folder.File("of-pictures"), target) with { Video = pictures };
        var clip = await VideoRun.ExecuteAsync(samples.Request(_folder.File("of-clip"), target), cancellationToken: Stop);
        var folder = await VideoRun.ExecuteAsync(request, cancellationToken: Stop);

        Assert.Equal((await StepsAsync(clip)).Select(s => s.Masks[0].Rle), (await StepsAsync(folder)).Select(s => s.Masks[0].Rle));
        Assert.Equal(24, folder.Video.FramesPerSecond);
        Assert.Equal(folder.VideoId, (await VideoRun.ExecuteAsync(request with { Video = pictures + "/" }, cancellationToken: Stop)).VideoId);
        File.Copy(Path.Combine(pictures, "00000.png"), Path.Combine(pictures, "00050.png"), overwrite: true);
        Assert.NotEqual(folder.VideoId, (await VideoRun.ExecuteAsync(request, cancellationToken: Stop)).VideoId);
    }

    [Fact]
    public async Task A_plain_sam_2_refuses_a_sentence()
    {
        var request = samples.Request(_folder.FullPath, new RunTarget.Expression("a dog")) with { ModelFolder = samples.Sam2Only };
        var result = await VideoRun.ExecuteAsync(request, cancellationToken: Stop);
        Assert.Equal((RunOutcome.Failed, RunFailureKind.Model), (result.Outcome, result.Failure!.Kind));
        Assert.Contains("understands no sentences", result.Failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_model_does_not_find_is_absent_and_no_error()
    {
        var request = samples.Request(_folder.FullPath, new RunTarget.Expression("a unicorn"), RunSamples.Clicked("there", 0, 30, 20)) with { ModelFolder = samples.TinyMute };
        var result = await VideoRun.ExecuteAsync(request, cancellationToken: Stop);
        Assert.Equal(RunOutcome.Completed, result.Outcome);
        Assert.Equal([true, false], result.Objects.Select(o => o.Absent));
        Assert.NotNull(result.Objects[0].Answer);
        Assert.All(await StepsAsync(result), s => Assert.Equal(0, RleCodec.Area(s.Masks[0].Rle)));
    }

    [Fact]
    public async Task When_everything_is_absent_every_frame_still_has_its_empty_mask()
    {
        var request = samples.Request(_folder.FullPath, new RunTarget.Expression("a unicorn")) with { ModelFolder = samples.TinyMute };
        var result = await VideoRun.ExecuteAsync(request, cancellationToken: Stop);
        Assert.Equal(RunOutcome.Completed, result.Outcome);
        var steps = await StepsAsync(result);
        Assert.Equal(Enumerable.Range(0, RunSamples.ClipFrames), steps.Select(s => s.Frame));
        Assert.All(steps, s => Assert.Equal(s.Frame * 0.04, s.Seconds, precision: 6));
    }

    [Theory]
    [InlineData(GroundingProtocol.Sa2va)]
    [InlineData(GroundingProtocol.Sa2vaI)]
    public async Task An_expression_alone_and_among_others_has_the_same_masks_to_the_bit(GroundingProtocol protocol)
    {
        RunTarget[] all = [new RunTarget.Expression("the bar"), new RunTarget.Expression("the clock at the bottom"), new RunTarget.Expression("a red square"), new RunTarget.Expression("noise")];
        var together = await VideoRun.ExecuteAsync(samples.Request(_folder.File("all"), all) with { Protocol = protocol }, cancellationToken: Stop);
        Assert.Equal(4, together.Objects.Select(o => o.Chain).Distinct().Count());
        for (var i = 0; i < all.Length; i++)
        {
            var alone = await VideoRun.ExecuteAsync(samples.Request(_folder.File($"only-{i}"), all[i]) with { Protocol = protocol }, cancellationToken: Stop);
            var (one, among) = (await StepsAsync(alone), await StepsAsync(together));
            Assert.Equal(together.Objects[i].Answer, alone.Objects[0].Answer);
            Assert.Equal(one.Select(s => s.Masks[0].Rle), among.Select(s => s.Masks[i].Rle));
        }
    }

    [Fact]
    public async Task A_range_with_a_stride_works_on_those_frames_only()
    {
        var request = samples.Request(_folder.FullPath, RunSamples.Clicked("x", 16, 30, 20)) with { Frames = new FrameSelection(10, 40, 3) };
        var result = await VideoRun.ExecuteAsync(request, cancellationToken: Stop);
        Assert.Equal((11, 11), (result.FramesDone, result.FramesTotal));
        Assert.Equal(Enumerable.Range(0, 11).Select(i => 10 + 3 * i), (await StepsAsync(result)).Select(s => s.Frame));
    }

    [Fact]
    public async Task Interrupted_anywhere_and_run_again_it_ends_with_the_same_chains()
    {
        RunTarget[] targets = [new RunTarget.Expression("the bar"), RunSamples.Clicked("clicked", 12, 30, 20)];
        var whole = await VideoRun.ExecuteAsync(samples.Request(_folder.File("whole"), targets), cancellationToken: Stop);

        var request = samples.Request(_folder.File("broken"), targets);
        RunResult result;
        var sittings = 0;
        do
        {
            using var interrupt = CancellationTokenSource.CreateLinkedTokenSource(Stop);
            var stopAfter = 17 * ++sittings;
            var watch = new Watcher(p =>
            {
                if (p.Stage == RunStage.Tracking && p.FramesDone >= stopAfter) interrupt.Cancel();
            });
            result = await VideoRun.ExecuteAsync(request, watch, cancellationToken: interrupt.Token);
            Assert.True(result.Outcome == RunOutcome.Completed || result.FramesDone >= stopAfter, $"{result.Outcome} {result.FramesDone} {result.Failure}");
        }
        while (result.Outcome == RunOutcome.Interrupted);

        Assert.True(sittings > 3);
        Assert.True(result.ResumedAt > 60);
        Assert.Equal(whole.Objects.Select(o => o.Chain), result.Objects.Select(o => o.Chain));
    }

    [Fact]
    public async Task A_completed_run_is_repeated_from_the_store_without_any_work()
    {
        var request = samples.Request(_folder.FullPath, new RunTarget.Expression("the bar"));
        var first = await VideoRun.ExecuteAsync(request, cancellationToken: Stop);
        var stages = new List<RunStage>();
        var second = await VideoRun.ExecuteAsync(request, new Watcher(p => stages.Add(p.Stage)), cancellationToken: Stop);
        Assert.Equal(first.Objects, second.Objects);
        Assert.Empty(stages);
    }

    [Fact]
    public async Task The_language_model_is_not_asked_again_after_an_interruption()
    {
        var request = samples.Request(_folder.FullPath, new RunTarget.Expression("the bar"));
        using var interrupt = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        await VideoRun.ExecuteAsync(request, new Watcher(p =>
        {
            if (p.Stage == RunStage.Prompting) interrupt.Cancel();
        }), cancellationToken: interrupt.Token);

        var stages = new List<RunStage>();
        var result = await VideoRun.ExecuteAsync(request, new Watcher(p => stages.Add(p.Stage)), cancellationToken: Stop);
        Assert.Equal(RunOutcome.Completed, result.Outcome);
        Assert.DoesNotContain(RunStage.Grounding, stages);
    }

    [Fact]
    public async Task A_checkpoint_whose_file_is_gone_means_starting_over_with_the_same_masks()
    {
        RunTarget target = RunSamples.Clicked("clicked", 0, 30, 20);
        var whole = await VideoRun.ExecuteAsync(samples.Request(_folder.File("whole"), target), cancellationToken: Stop);
        var request = samples.Request(_folder.File("broken"), target);
        using var interrupt = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        await VideoRun.ExecuteAsync(request, new Watcher(p =>
        {
            if (p.FramesDone == 40) interrupt.Cancel();
        }), cancellationToken: interrupt.Token);
        Directory.Delete(_folder.File("broken", "snapshots"), recursive: true);

        var result = await VideoRun.ExecuteAsync(request, cancellationToken: Stop);
        Assert.Equal(0, result.ResumedAt);
        Assert.Equal(whole.Objects[0].Chain, result.Objects[0].Chain);
    }

    private static async Task<List<StoredStep>> StepsAsync(RunResult result)
    {
        var steps = new List<StoredStep>();
        await foreach (var step in result.Masks.ReadAsync(Stop)) steps.Add(step);
        return steps;
    }
}
