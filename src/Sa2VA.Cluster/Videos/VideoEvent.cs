using System.Text.Json.Serialization;
using Sa2VA.Cluster.Regrounding;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Verification;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cluster.Videos;

/// <summary>What happened to a video. The names in the attributes are stored for ever.</summary>
[JsonDerivedType(typeof(VideoSubmitted), "video-submitted")]
[JsonDerivedType(typeof(VideoClaimed), "video-claimed")]
[JsonDerivedType(typeof(VideoProbed), "video-probed")]
[JsonDerivedType(typeof(PromptResolved), "prompt-resolved")]
[JsonDerivedType(typeof(QuestionAnswered), "question-answered")]
[JsonDerivedType(typeof(TrackingCheckpointed), "tracking-checkpointed")]
[JsonDerivedType(typeof(PresenceSaid), "presence-said")]
[JsonDerivedType(typeof(PresenceChecked), "presence-checked")]
[JsonDerivedType(typeof(PresenceConcluded), "presence-concluded")]
[JsonDerivedType(typeof(RegroundAnswered), "reground-answered")]
[JsonDerivedType(typeof(RegroundDone), "reground-done")]
[JsonDerivedType(typeof(VideoReused), "video-reused")]
[JsonDerivedType(typeof(PromptAdded), "prompt-added")]
[JsonDerivedType(typeof(CorrectionBegun), "correction-begun")]
[JsonDerivedType(typeof(PassCompleted), "pass-completed")]
[JsonDerivedType(typeof(VideoRequeued), "video-requeued")]
[JsonDerivedType(typeof(VideoCompleted), "video-completed")]
[JsonDerivedType(typeof(VideoFailed), "video-failed")]
[JsonDerivedType(typeof(VideoCancelled), "video-cancelled")]
public abstract record VideoEvent(DateTimeOffset At)
{
    /// <summary>Somebody asked for it.</summary>
    public sealed record VideoSubmitted(VideoOrder Order, DateTimeOffset At) : VideoEvent(At);

    /// <summary>An owner took it; a failure before this is forgiven.</summary>
    public sealed record VideoClaimed(long Epoch, string Owner, DateTimeOffset At) : VideoEvent(At);

    /// <summary>The file can be read, and this is what it is.</summary>
    public sealed record VideoProbed(VideoFacts Facts, DateTimeOffset At) : VideoEvent(At);

    /// <summary>The language model was asked about a target; it will not be asked again.</summary>
    public sealed record PromptResolved(int Target, ResolvedPrompt Prompt, DateTimeOffset At) : VideoEvent(At);

    /// <summary>The language model has said what a question, or a caption, asks for; it will not be asked again.</summary>
    public sealed record QuestionAnswered(int Target, ResolvedPrompt Prompt, DateTimeOffset At) : VideoEvent(At);

    /// <summary>Results and the tracker's state up to a step are on disk.</summary>
    public sealed record TrackingCheckpointed(TrackingPoint Point, DateTimeOffset At) : VideoEvent(At);

    /// <summary>The language model was asked in words whether what a sentence means is there; it will not be asked again.</summary>
    public sealed record PresenceSaid(int Target, ResolvedPrompt Prompt, DateTimeOffset At) : VideoEvent(At);

    /// <summary>The language model was asked a sentence once more, about other key frames.</summary>
    public sealed record PresenceChecked(int Target, PresenceCheck Check, DateTimeOffset At) : VideoEvent(At);

    /// <summary>What the answers and the masks say about the sentences.</summary>
    public sealed record PresenceConcluded(IReadOnlyList<PresenceVerdict> Verdicts, DateTimeOffset At) : VideoEvent(At);

    /// <summary>The language model was asked again before a step about a target.</summary>
    public sealed record RegroundAnswered(int Pass, int Step, int Target, ResolvedPrompt Prompt, DateTimeOffset At) : VideoEvent(At);

    /// <summary>What came of it, by object; tracking goes on from the step.</summary>
    public sealed record RegroundDone(int Pass, int Step, RegroundReason Reason, IReadOnlyDictionary<int, RegroundOutcome> Outcomes, DateTimeOffset At) : VideoEvent(At);

    /// <summary>Its masks are copies of those of another video, which had asked the same of the same content.</summary>
    public sealed record VideoReused(string From, DateTimeOffset At) : VideoEvent(At);

    /// <summary>Somebody asked for more.</summary>
    public sealed record PromptAdded(AddedPrompt Prompt, DateTimeOffset At) : VideoEvent(At);

    /// <summary>An object is about to be corrected; <paramref name="Before"/> is the mask that is refined, which the pass is going to overwrite.</summary>
    public sealed record CorrectionBegun(int Pass, Rle Before, DateTimeOffset At) : VideoEvent(At);

    /// <summary>A pass is done, and there are more; <paramref name="PromptId"/> is that of the prompt that it was for.</summary>
    public sealed record PassCompleted(int Pass, string? PromptId, DateTimeOffset At) : VideoEvent(At);

    /// <summary>There is something to do again, and nobody had it in hand: it was queued with this.</summary>
    public sealed record VideoRequeued(DateTimeOffset At) : VideoEvent(At);

    /// <summary>Every step is stored; the chains are over each object's blocks.</summary>
    public sealed record VideoCompleted(IReadOnlyList<string> Chains, DateTimeOffset At) : VideoEvent(At);

    /// <summary>It cannot go on.</summary>
    public sealed record VideoFailed(RunFailure Failure, DateTimeOffset At) : VideoEvent(At);

    /// <summary>Somebody stopped it for good.</summary>
    public sealed record VideoCancelled(string Reason, DateTimeOffset At) : VideoEvent(At);
}
