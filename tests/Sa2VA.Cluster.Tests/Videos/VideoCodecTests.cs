using System.Text;
using Sa2VA.Actors.Journaling;
using Sa2VA.Media.Masks;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Videos;
using Sa2VA.Models.Sa2va;

namespace Sa2VA.Cluster.Tests.Videos;

public sealed class VideoCodecTests
{
    private readonly VideoCodec _codec = new();

    public static TheoryData<string, VideoEvent> Events()
    {
        var order = Some.Order(
            new RunTarget.Expression("the dog"), new RunTarget.Question("Why?"), new RunTarget.Caption(),
            new RunTarget.Prompted("clicked", [
                new VisualPrompt.Points(3, [1.5f, 2, 3, 4], [1, 0]), new VisualPrompt.Box(4, 1, 2, 3, 4), new VisualPrompt.Mask(5, new Rle(4, 4, "0a"))]));
        return new TheoryData<string, VideoEvent>
        {
            { "video-submitted", new VideoEvent.VideoSubmitted(order, Some.Instant) },
            { "video-claimed", new VideoEvent.VideoClaimed(7, "host:1", Some.Instant) },
            { "video-probed", new VideoEvent.VideoProbed(Some.Facts, Some.Instant) },
            { "prompt-resolved", new VideoEvent.PromptResolved(1, Some.Prompt(), Some.Instant) },
            { "question-answered", new VideoEvent.QuestionAnswered(1, Some.Prompt() with { IsCutOff = true, Caption = new GroundedCaption("a dog", [new CaptionPhrase(0, 5, 0)]) }, Some.Instant) },
            { "tracking-checkpointed", new VideoEvent.TrackingCheckpointed(new TrackingPoint(64, "tracker-64"), Some.Instant) },
            { "video-reused", new VideoEvent.VideoReused("job-1", Some.Instant) },
            { "video-completed", new VideoEvent.VideoCompleted(["ab", "cd"], Some.Instant) },
            { "video-failed", new VideoEvent.VideoFailed(Some.Failure, Some.Instant) },
            { "video-cancelled", new VideoEvent.VideoCancelled("enough", Some.Instant) },
        };
    }

    [Theory]
    [MemberData(nameof(Events))]
    public void Every_event_comes_back_under_its_stable_name(string name, VideoEvent happened)
    {
        var entry = _codec.Encode(happened);
        Assert.Equal(name, entry.Type);
        Assert.Equivalent(happened, _codec.Decode(new JournalRecord(1, 1, entry.Type, entry.Payload)), strict: true);
    }

    [Fact]
    public void Embeddings_come_back_to_the_bit()
    {
        var random = new Random(5);
        var embedding = Enumerable.Range(0, 256).Select(_ => BitConverter.Int32BitsToSingle(random.Next())).Where(float.IsFinite).ToArray();
        var entry = _codec.Encode(new VideoEvent.PromptResolved(0, new ResolvedPrompt("x", [embedding]), Some.Instant));
        var back = Assert.IsType<VideoEvent.PromptResolved>(_codec.Decode(new JournalRecord(1, 1, entry.Type, entry.Payload)));
        Assert.Equal(embedding.Select(BitConverter.SingleToInt32Bits), back.Prompt.Segments[0].Select(BitConverter.SingleToInt32Bits));
    }

    [Fact]
    public void A_snapshot_and_the_tail_give_the_state_of_the_whole_history()
    {
        var half = A.Video().Claimed().Probed().WithPrompt(0).Checkpointed(64).Build();
        var restored = _codec.DecodeState(_codec.EncodeState(half, 5))!;
        Assert.Equivalent(half, restored, strict: true);
        VideoEvent tail = new VideoEvent.VideoFailed(Some.Failure, Some.Instant);
        Assert.Equivalent(VideoLogic.Evolve(half, tail), VideoLogic.Evolve(restored, tail), strict: true);
        Assert.Equivalent(VideoLogic.Evolve(half, tail), _codec.DecodeState(_codec.EncodeState(VideoLogic.Evolve(half, tail), 6)), strict: true);
    }

    /// <summary>Stored by the first version: read for ever.</summary>
    [Theory]
    [InlineData("""{"$type":"video-submitted","order":{"path":"/v.mp4","model":"/m","device":"cpu","targets":[{"$type":"expression","text":"the dog","label":"the dog"}],"protocol":"Sa2vaI","keyFrames":5,"frames":{"first":0,"last":null,"stride":1},"maxNewTokens":64},"at":"2026-01-02T03:04:05+00:00"}""")]
    [InlineData("""{"$type":"video-claimed","epoch":2,"owner":"box:77","at":"2026-01-02T03:04:05+00:00"}""")]
    [InlineData("""{"$type":"prompt-resolved","target":0,"prompt":{"answer":"Sure, [SEG].","segments":[[0.5,-1.25]],"failure":null},"at":"2026-01-02T03:04:05+00:00"}""")]
    [InlineData("""{"$type":"tracking-checkpointed","point":{"nextStep":64,"snapshotFile":"tracker-00000064.safetensors"},"at":"2026-01-02T03:04:05+00:00"}""")]
    [InlineData("""{"$type":"video-failed","failure":{"kind":"Media","message":"cut","frame":9},"at":"2026-01-02T03:04:05+00:00"}""")]
    public void Events_of_the_first_version_are_read_and_written_the_same(string stored)
    {
        var happened = _codec.Decode(new JournalRecord(1, 1, "", Encoding.UTF8.GetBytes(stored)));
        Assert.Equal(stored, Encoding.UTF8.GetString(_codec.Encode(happened).Payload.Span));
    }

    [Fact]
    public void An_unknown_event_is_named()
    {
        var record = new JournalRecord(9, 1, "video-teleported", Encoding.UTF8.GetBytes("""{"$type":"video-teleported"}"""));
        Assert.Contains("'video-teleported'", Assert.Throws<InvalidDataException>(() => _codec.Decode(record)).Message, StringComparison.Ordinal);
    }
}
