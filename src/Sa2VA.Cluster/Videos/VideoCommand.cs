using Sa2VA.Actors;
using Sa2VA.Cluster.Regrounding;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Verification;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cluster.Videos;

/// <summary>An order to a video. The first group may change its history; the second only acts or asks.</summary>
public abstract record VideoCommand
{
    /// <summary>An owner starts to work on it.</summary>
    public sealed record Claim(VideoOrder Order, long Epoch, string Owner) : VideoCommand;

    /// <summary>The probe is done.</summary>
    public sealed record RecordFacts(VideoFacts Facts, ReplyTo<Video> Reply) : VideoCommand;

    /// <summary>The language model answered, or could not.</summary>
    public sealed record ResolvePrompt(int Target, ResolvedPrompt Prompt, ReplyTo<Video> Reply) : VideoCommand;

    /// <summary>The language model said in words whether it is there, or could not.</summary>
    public sealed record RecordSaid(int Target, ResolvedPrompt Prompt, ReplyTo<Video> Reply) : VideoCommand;

    /// <summary>Results and state up to a step are on disk.</summary>
    public sealed record RecordCheckpoint(TrackingPoint Point, ReplyTo<Video> Reply) : VideoCommand;

    /// <summary>The language model answered a sentence once more.</summary>
    /// <param name="Ask">Which further question it was, from 1.</param>
    public sealed record RecordCheck(int Target, int Ask, PresenceCheck Check, ReplyTo<Video> Reply) : VideoCommand;

    /// <summary>The sentences are judged.</summary>
    public sealed record Conclude(IReadOnlyList<PresenceVerdict> Verdicts, ReplyTo<Video> Reply) : VideoCommand;

    /// <summary>The language model answered again, before a step.</summary>
    public sealed record ResolveAgain(int Pass, int Step, int Target, ResolvedPrompt Prompt, ReplyTo<Video> Reply) : VideoCommand;

    /// <summary>The later answers were shown to the tracker.</summary>
    public sealed record EndReground(int Pass, int Step, RegroundReason Reason, IReadOnlyDictionary<int, RegroundOutcome> Outcomes, ReplyTo<Video> Reply) : VideoCommand;

    /// <summary>Every step is stored, as a copy of an earlier video's.</summary>
    public sealed record Reuse(string From, VideoFacts Facts, IReadOnlyDictionary<int, ResolvedPrompt> Prompts, IReadOnlyList<string> Chains) : VideoCommand
    {
        /// <summary>What was concluded about its sentences.</summary>
        public IReadOnlyList<PresenceVerdict> Verdicts { get; init; } = [];
    }

    /// <summary>The mask that a correction is going to refine.</summary>
    public sealed record BeginCorrection(int Pass, Rle Before, ReplyTo<Video> Reply) : VideoCommand;

    /// <summary>A pass is done, and there are more.</summary>
    public sealed record CompletePass(int Pass, ReplyTo<Video> Reply) : VideoCommand;

    /// <summary>Every step is stored. The video is over unless more was asked meanwhile: then its worker goes on.</summary>
    /// <param name="Chains">Over the blocks of each object.</param>
    /// <param name="Passes">How many are done; null for all.</param>
    public sealed record Complete(IReadOnlyList<string> Chains, int? Passes = null) : VideoCommand;

    /// <summary>Asks for more. With <paramref name="Requeue"/> nobody has the video in hand, and it is queued; so is one that is over.</summary>
    public sealed record AddPrompt(AddedPrompt Prompt, bool Requeue) : VideoCommand;

    /// <summary>It cannot go on.</summary>
    public sealed record Fail(RunFailure Failure) : VideoCommand;

    /// <summary>Stop for good.</summary>
    public sealed record Cancel(string Reason) : VideoCommand;

    /// <summary>Stop after a checkpoint, to be continued by a later claim.</summary>
    public sealed record Pause : VideoCommand;

    /// <summary>The worker has stopped after <see cref="Pause"/>; everything it had done is recorded.</summary>
    public sealed record Paused : VideoCommand;

    /// <summary>What is known of it.</summary>
    public sealed record GetStatus(ReplyTo<Video> Reply) : VideoCommand;
}
