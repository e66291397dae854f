using Sa2VA.Actors;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Videos;

namespace Sa2VA.Cluster.Tests.Videos;

/// <summary>Builds videos from events, because state only ever comes from history.</summary>
internal sealed class VideoBuilder
{
    private readonly List<VideoEvent> _events = [];

    public VideoBuilder Claimed(long epoch = 1) => With(new VideoEvent.VideoClaimed(epoch, "node", Some.Instant));

    public VideoBuilder Probed() => With(new VideoEvent.VideoProbed(Some.Facts, Some.Instant));

    public VideoBuilder WithPrompt(int target) => With(new VideoEvent.PromptResolved(target, Some.Prompt(), Some.Instant));

    public VideoBuilder Checkpointed(int nextStep) => With(new VideoEvent.TrackingCheckpointed(new TrackingPoint(nextStep, $"t-{nextStep}"), Some.Instant));

    public VideoBuilder Completed() => With(new VideoEvent.VideoCompleted(["c0ffee"], Some.Instant));

    public VideoBuilder Failed() => With(new VideoEvent.VideoFailed(Some.Failure, Some.Instant));

    public VideoBuilder Cancelled() => With(new VideoEvent.VideoCancelled("changed my mind", Some.Instant));

    public VideoBuilder With(VideoEvent happened)
    {
        _events.Add(happened);
        return this;
    }

    public Video Build() => _events.Aggregate(Video.Unknown, VideoLogic.Evolve);
}

internal static class A
{
    /// <summary>A video that was submitted.</summary>
    public static VideoBuilder Video() => new VideoBuilder().With(new VideoEvent.VideoSubmitted(Some.Order(), Some.Instant));
}

/// <summary>Values that a test does not care about.</summary>
internal static class Some
{
    public static DateTimeOffset Instant { get; } = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public static VideoFacts Facts { get; } = new(64, 48, 100, 12.5, 8, "h264");

    public static RunFailure Failure { get; } = new(RunFailureKind.Media, "the file ends", 42);

    public static ReplyTo<Video> Reply => new();

    public static ResolvedPrompt Prompt() => new("It is [SEG].", [[0.1f, -2.5f, 1e-20f, float.MaxValue]]);

    public static VideoOrder Order(params RunTarget[] targets)
        => new("/v.mp4", "/m", "cpu", targets.Length > 0 ? targets : [new RunTarget.Expression("the dog")], GroundingProtocol.Sa2vaI, 5, FrameSelection.All, 64);
}
