using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using Sa2VA.Cluster.Annotation;
using Sa2VA.Cluster.Annotation.Describing;
using Sa2VA.Cluster.Exports;
using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Tests.Runs;
using Sa2VA.Media;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cluster.Tests.Annotation;

/// <summary>The pipeline against a real web server that counts, and with models in this process.</summary>
public sealed class AnnotationRunTests(AnnotationScene scene, RunSamples samples) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_level_is_asked_with_the_pictures_that_it_needs()
    {
        await using var peer = new ChatCompletionsPeer(Agree);
        using var describer = DescriberOf(peer);
        var news = new ConcurrentQueue<AnnotationNews>();
        var request = AnnotationScene.Request(_folder, describer) with { Rules = new AnnotationRules { Short = true } };
        var summary = await AnnotationRun.ExecuteAsync(request, Videos(scene.Video(objects: 1)), new Collected(news), Stop);

        Assert.Equal(6, summary.Asked);
        Assert.Equal(["cutout", "whole", "check", "scene", "video", "short"], peer.Asked.Select(StepOf));
        Assert.Equal([1, 1, 0, 1, 8, 0], peer.Asked.Select(question => question.Pictures.Count));
        var one = Assert.Single(Assert.Single(summary.Videos).Objects);
        Assert.Equal(one, Assert.Single(news).Object);
        Assert.Equal((ObjectOutcome.Described, "What video says.", "What short says."), (one.Outcome, one.Levels.Video, one.Levels.Short));
        Assert.Equal(Enumerable.Range(0, AnnotationScene.Frames).Max(step => RleCodec.Area(scene.Mask(step, 1))), one.Plan.Area);

        var questions = peer.Asked.ToList();
        var largest = one.Plan.Largest[0];
        await ShowsOutlineAsync(questions[1].Pictures[0], scene.Mask(largest, 1));
        await ShowsOutlineAsync(questions[3].Pictures[0], scene.Mask(largest, 1));
        Assert.Equal([0, 2, 3, 5, 6, 8, 9, 11], one.Plan.Clip);
        foreach (var (place, step) in one.Plan.Clip.Index()) await ShowsOutlineAsync(questions[4].Pictures[place], scene.Mask(step, 1));
        await ShowsCutoutAsync(questions[0].Pictures[0]);
    }

    [Fact]
    public async Task The_dataset_has_frames_masks_expressions_and_all_that_led_to_them()
    {
        await using var peer = new ChatCompletionsPeer(question => StepOf(question) == "check" && question.Text.Contains("says 2", StringComparison.Ordinal) ? PeerReply.Say("DIFFERENT") : PeerReply.Say(StepOf(question) == "check" ? "SAME" : $"It says {question.Number}: \"<b>\" \u00e9."));
        using var describer = DescriberOf(peer);
        var request = AnnotationScene.Request(_folder, describer) with { Split = "valid", KeepPictures = true };
        var summary = await AnnotationRun.ExecuteAsync(request, Videos(scene.Video("a"), scene.Video("b", objects: 1)), news: null, Stop);
        var outcomes = summary.Videos.SelectMany(video => video.Objects).Select(one => one.Outcome).ToList();
        Assert.Equal([ObjectOutcome.Conflicting, ObjectOutcome.Described, ObjectOutcome.Described], outcomes);

        using var expressions = Json("meta_expressions_valid.json");
        var b = expressions.RootElement.GetProperty("videos").GetProperty("b");
        var expression = b.GetProperty("expressions").GetProperty("0");
        Assert.Equal(summary.Videos[1].Objects[0].Levels.Video, expression.GetProperty("exp").GetString());
        Assert.Equal((0, 1), (expression.GetProperty("type_id").GetInt32(), expression.GetProperty("anno_id")[0].GetInt32()));
        Assert.Equal(AnnotationScene.Frames, b.GetProperty("frames").GetArrayLength());
        using var masks = Json("mask_dict.json");
        Assert.Equal(["0", "1"], masks.RootElement.EnumerateObject().Select(list => list.Name));
        // The square of a, and the ball of b.
        foreach (var (name, id) in (ReadOnlySpan<(string, int)>)[("0", 2), ("1", 1)])
            Assert.Equal(Enumerable.Range(0, AnnotationScene.Frames).Select(step => RleCodec.Area(scene.Mask(step, id)) > 0 ? scene.Mask(step, id).Counts : null), masks.RootElement.GetProperty(name).EnumerateArray().Select(mask => mask.ValueKind == JsonValueKind.Null ? null : mask.GetProperty("counts").GetString()));
        Assert.Equal(AnnotationScene.Frames, Directory.GetFiles(_folder.File("out", "videos", "b"), "*.jpg").Length);

        using var report = Json("annotations.json");
        var dropped = report.RootElement.GetProperty("videos")[0].GetProperty("objects")[0];
        Assert.Equal(("conflicting", "different", false), (dropped.GetProperty("outcome").GetString(), dropped.GetProperty("verdict").GetString(), dropped.TryGetProperty("annotation", out _)));
        Assert.Equal(3, dropped.GetProperty("answers").GetArrayLength());
        Assert.Equal(JsonValueKind.Null, dropped.GetProperty("levels").GetProperty("video").ValueKind);
        // What is kept of the pictures is what was shown: 2 at the object level, and 1 and 3 for the one that went on.
        Assert.Equal(2 + 2 + 1 + 3, Directory.GetFiles(_folder.File("out", "pictures", "a")).Length);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 1)]
    [InlineData(6, 2)]
    public async Task Stopped_at_any_question_it_goes_on_and_asks_nothing_twice_that_was_answered(int stopAt, int jobs)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var isFirst = true;
        await using var peer = new ChatCompletionsPeer(async (question, stop) =>
        {
            if (!isFirst || question.Number < stopAt) return Agree(question);
            await stopping.CancelAsync();
            await Task.Delay(Timeout.Infinite, stop);
            return Agree(question);
        });
        using var describer = DescriberOf(peer);
        var request = AnnotationScene.Request(_folder, describer) with { Jobs = jobs };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => AnnotationRun.ExecuteAsync(request, Videos(scene.Video()), news: null, stopping.Token));
        Assert.False(File.Exists(_folder.File("out", "annotations.json")));
        var before = peer.Answered.Count;
        isFirst = false;

        var summary = await AnnotationRun.ExecuteAsync(request, Videos(scene.Video()), news: null, Stop);
        Assert.All(summary.Videos[0].Objects, one => Assert.Equal(ObjectOutcome.Described, one.Outcome));
        // Two objects with five questions each; with two at a time one may be answered and not heard of any more.
        Assert.InRange(before + summary.Asked, 10, 9 + jobs);
        Assert.Equal(10, peer.Answered.Select(question => question.Body.GetRawText()).Distinct().Count());
        Assert.True(before >= stopAt - 1);

        var asked = peer.Asked.Count;
        var again = await AnnotationRun.ExecuteAsync(request, Videos(scene.Video()), news: null, Stop);
        Assert.Equal((0, asked), (again.Asked, peer.Asked.Count));
        Assert.Equal(summary.Videos[0].Objects.Select(one => one.Levels), again.Videos[0].Objects.Select(one => one.Levels));
    }

    [Fact]
    public async Task Rules_that_ask_for_more_go_on_from_what_there_is()
    {
        var differs = true;
        await using var peer = new ChatCompletionsPeer(question => StepOf(question) == "check" && differs ? PeerReply.Say("DIFFERENT") : Agree(question));
        using var describer = DescriberOf(peer);
        var request = AnnotationScene.Request(_folder, describer);
        var first = await AnnotationRun.ExecuteAsync(request, Videos(scene.Video(objects: 1)), news: null, Stop);
        Assert.Equal(ObjectOutcome.Conflicting, first.Videos[0].Objects[0].Outcome);
        Assert.Equal(["annotations.json"], Directory.GetFiles(_folder.File("out")).Select(Path.GetFileName));
        differs = false;
        var second = await AnnotationRun.ExecuteAsync(request with { Rules = request.Rules with { Attempts = 2, Short = true } }, Videos(scene.Video(objects: 1)), news: null, Stop);
        Assert.Equal((3, 6), (first.Asked, second.Asked));
        Assert.Equal((ObjectOutcome.Described, 2), (second.Videos[0].Objects[0].Outcome, second.Videos[0].Objects[0].Levels.Attempt));
        // Attempts look at different frames.
        Assert.NotEqual(peer.Asked.First().Pictures[0], peer.Asked.ElementAt(3).Pictures[0]);
    }

    [Fact]
    public async Task A_refused_question_stops_the_work_or_leaves_out_the_object()
    {
        await using var peer = new ChatCompletionsPeer(question => question.Number == 2 ? PeerReply.Refuse(400, "not this picture") : Agree(question));
        using var describer = DescriberOf(peer);
        var request = AnnotationScene.Request(_folder, describer);
        var stopped = await Assert.ThrowsAsync<DescriberException>(() => AnnotationRun.ExecuteAsync(request, Videos(scene.Video()), news: null, Stop));
        Assert.Contains("not this picture", stopped.Message, StringComparison.Ordinal);

        await using var strict = new ChatCompletionsPeer(question => StepOf(question) == "whole" ? PeerReply.Refuse(400, "not this picture") : Agree(question));
        using var other = new EndpointDescriber(new EndpointOptions { Address = EndpointAddress.Parse(strict.Address, ""), Model = "m-1" });
        var skipping = request with { Describer = other, Checker = other, Rules = request.Rules with { SkipRefused = true } };
        var summary = await AnnotationRun.ExecuteAsync(skipping, Videos(scene.Video()), news: null, Stop);
        Assert.All(summary.Videos[0].Objects, one => Assert.Equal((ObjectOutcome.Refused, true), (one.Outcome, one.Record.Refusal!.Reason.Contains("not this picture", StringComparison.Ordinal))));
        // The first object's first answer was there; the refusals are remembered too.
        Assert.Equal(3, strict.Asked.Count);
        await AnnotationRun.ExecuteAsync(skipping, Videos(scene.Video()), news: null, Stop);
        Assert.Equal(3, strict.Asked.Count);
    }

    [Fact]
    public async Task Whoever_comes_later_takes_over_and_the_one_before_writes_no_more()
    {
        var (asked, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var peer = new ChatCompletionsPeer(async (question, stop) =>
        {
            if (question.Number != 1) return Agree(question);
            asked.TrySetResult();
            await release.Task.WaitAsync(stop);
            return PeerReply.Say("Too late.");
        });
        using var describer = DescriberOf(peer);
        var request = AnnotationScene.Request(_folder, describer);
        var first = AnnotationRun.ExecuteAsync(request with { OutputFolder = _folder.File("first") }, Videos(scene.Video()), news: null, Stop);
        await asked.Task.WaitAsync(Stop);
        var second = await AnnotationRun.ExecuteAsync(request, Videos(scene.Video()), news: null, Stop);
        release.SetResult();
        Assert.Equal(RunFailureKind.TakenOver, (await Assert.ThrowsAsync<RunException>(() => first)).Kind);
        Assert.DoesNotContain(second.Videos[0].Objects.SelectMany(one => one.Record.Answers), answer => answer.Text == "Too late.");
    }

    [Fact]
    public async Task Answers_of_another_model_or_about_other_masks_are_not_mixed_in()
    {
        await using var peer = new ChatCompletionsPeer(Agree);
        using var describer = DescriberOf(peer);
        using var other = new EndpointDescriber(new EndpointOptions { Address = EndpointAddress.Parse(peer.Address, ""), Model = "m-2" });
        var request = AnnotationScene.Request(_folder, describer) with { WriteFrames = false };
        await AnnotationRun.ExecuteAsync(request, Videos(scene.Video(objects: 1)), news: null, Stop);
        var model = await Assert.ThrowsAsync<RunException>(() => AnnotationRun.ExecuteAsync(request with { Describer = other }, Videos(scene.Video(objects: 1)), news: null, Stop));
        Assert.Contains("descriptions of 'm-1', not 'm-2'", model.Message, StringComparison.Ordinal);
        var masks = await Assert.ThrowsAsync<RunException>(() => AnnotationRun.ExecuteAsync(request, Videos(scene.Video(objects: 2)), news: null, Stop));
        Assert.Contains("other masks", masks.Message, StringComparison.Ordinal);
        Assert.Equal(5, peer.Asked.Count);
    }

    [Fact]
    public async Task What_is_wrong_with_one_video_does_not_hold_up_the_others()
    {
        await using var peer = new ChatCompletionsPeer(Agree);
        using var describer = DescriberOf(peer);
        var broken = scene.Video("broken") with { OpenAsync = _ => Task.FromResult(new LocalVideo(samples.ClipOf(3))) };
        var lost = scene.Video("lost") with { OpenAsync = null };
        var request = AnnotationScene.Request(_folder, describer) with { Jobs = 3 };
        var summary = await AnnotationRun.ExecuteAsync(request, Videos(broken, lost, scene.Video("sound", objects: 1)), news: null, Stop);
        Assert.Contains("not the video that they belong to", summary.Videos[0].Failure!.Message, StringComparison.Ordinal);
        Assert.Contains("--video", summary.Videos[1].Failure!.Message, StringComparison.Ordinal);
        Assert.Equal((null, 5), (summary.Videos[2].Failure, summary.Asked));
        using var expressions = Json("meta_expressions_train.json");
        Assert.Equal(["sound"], expressions.RootElement.GetProperty("videos").EnumerateObject().Select(video => video.Name));
    }

    [Theory]
    [InlineData("internvl")]
    [InlineData("qwen-vl")]
    [InlineData("unipixel")]
    public async Task A_model_in_this_process_describes_with_one_picture_and_with_several(string family)
    {
        await using var host = new ModelHost(family switch { "internvl" => samples.TinyMute, "qwen-vl" => samples.TinyQwen, _ => samples.TinyUniPixel }, "cpu");
        var describer = new ModelDescriber(host, "tiny");
        // What random models say means nothing; that they are asked all of it, and say the same again, is the point.
        var request = AnnotationScene.Request(_folder, describer) with { Rules = new AnnotationRules { MaxTokens = 16, Frames = 3, Conflicts = ConflictRule.Keep, MaxSide = 224 } };
        var summary = await AnnotationRun.ExecuteAsync(request, Videos(scene.Video(objects: 1)), news: null, Stop);
        var one = summary.Videos[0].Objects[0];
        Assert.InRange(summary.Asked, 2, 10);
        Assert.All(one.Record.Answers, answer => Assert.Equal("tiny", answer.Model));
        using var still = new RgbImage(32, 24);
        still.Pixels.Fill(60);
        var asked = new DescriberQuestion("What is it?", [still, still, still], 8);
        Assert.Equal(await describer.AskAsync(asked, Stop), await describer.AskAsync(asked, Stop));
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("")]
    [InlineData("../x")]
    [InlineData("train_")]
    public async Task A_split_has_a_name_that_readers_find(string split)
    {
        await using var peer = new ChatCompletionsPeer(Agree);
        using var describer = DescriberOf(peer);
        await Assert.ThrowsAsync<RunException>(() => AnnotationRun.ExecuteAsync(AnnotationScene.Request(_folder, describer) with { Split = split }, Videos(scene.Video()), news: null, Stop));
    }

    private static string StepOf(AskedQuestion question) => question.Text switch
    {
        _ when question.Text.StartsWith("The picture shows one object", StringComparison.Ordinal) => "cutout",
        _ when question.Text.Contains("only what is inside of the contour", StringComparison.Ordinal) => "whole",
        _ when question.Text.StartsWith("Two people described", StringComparison.Ordinal) => "check",
        _ when question.Text.Contains("finds it among everything else", StringComparison.Ordinal) => "scene",
        _ when question.Text.Contains("frames of one video", StringComparison.Ordinal) => "video",
        _ => "short",
    };

    private static PeerReply Agree(AskedQuestion question) => PeerReply.Say(StepOf(question) switch
    {
        "check" => "SAME",
        // So that no two objects are told alike.
        ("cutout" or "whole") and var step => $"What {step} says of {Convert.ToHexStringLower(SHA256.HashData(question.Pictures[0]))}.",
        var step => $"What {step} says.",
    });

    private static EndpointDescriber DescriberOf(ChatCompletionsPeer peer) => new(new EndpointOptions { Address = EndpointAddress.Parse(peer.Address, ""), Model = "m-1" });

    private static IAsyncEnumerable<ExportVideo> Videos(params ExportVideo[] videos) => videos.ToAsyncEnumerable();

    private JsonDocument Json(string name) => JsonDocument.Parse(File.ReadAllBytes(_folder.File("out", name)));

    private async Task<RgbImage> PictureAsync(byte[] jpeg)
    {
        var file = _folder.File($"{Guid.NewGuid():N}.jpg");
        await File.WriteAllBytesAsync(file, jpeg, Stop);
        return FramePictures.Read(file);
    }

    /// <summary>Yellow stands around the mask, and not on it. The frame is small enough to be shown in its own size.</summary>
    private async Task ShowsOutlineAsync(byte[] jpeg, Rle rle)
    {
        using var picture = await PictureAsync(jpeg);
        Assert.Equal((ShapesClip.Width, ShapesClip.Height), (picture.Width, picture.Height));
        var mask = RleCodec.Decode(rle);
        var (around, on) = (0, 0);
        var box = RleGeometry.Box(rle);
        for (var i = 0; i < mask.Length; i++)
        {
            if (!IsYellow(picture, i)) continue;
            var (x, y) = (i % picture.Width, i / picture.Width);
            var near = box is { } b && x >= b.X - 4 && x < b.X + b.Width + 4 && y >= b.Y - 4 && y < b.Y + b.Height + 4;
            if (near) around++;
            if (mask[i] != 0) on++;
        }

        // A band two pixels wide around what is tens of pixels across; JPEG blurs some of it.
        if (box is { } seen) Assert.True(around > seen.Width + seen.Height, $"{around} yellow pixels around {seen}");
        Assert.True(on <= around / 4, $"{on} yellow pixels on the object, {around} around it");
    }

    private async Task ShowsCutoutAsync(byte[] jpeg)
    {
        using var picture = await PictureAsync(jpeg);
        Assert.Equal(448, Math.Max(picture.Width, picture.Height));
        foreach (var corner in (ReadOnlySpan<int>)[0, picture.Width - 1, picture.Width * (picture.Height - 1), picture.Width * picture.Height - 1])
            Assert.All(picture.Pixels.Slice(corner * 3, 3).ToArray(), value => Assert.InRange(value, 120, 136));
        // The ball is red.
        var centre = picture.Pixels.Slice((picture.Height / 2 * picture.Width + picture.Width / 2) * 3, 3);
        Assert.True(centre[0] > 120 && centre[1] < 90 && centre[2] < 90);
        Assert.DoesNotContain(Enumerable.Range(0, picture.Width * picture.Height), place => IsYellow(picture, place));
    }

    private static bool IsYellow(RgbImage picture, int place)
    {
        var pixel = picture.Pixels.Slice(place * 3, 3);
        return pixel[0] > 200 && pixel[1] > 200 && pixel[2] < 110;
    }

    private sealed class Collected(ConcurrentQueue<AnnotationNews> into) : IProgress<AnnotationNews>
    {
        public void Report(AnnotationNews value) => into.Enqueue(value);
    }
}
