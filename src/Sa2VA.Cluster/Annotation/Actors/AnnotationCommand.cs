using Sa2VA.Actors;

namespace Sa2VA.Cluster.Annotation.Actors;

/// <summary>What the owner of a video's annotation understands; each is answered with what is known then.</summary>
/// <param name="Reply">Where to.</param>
internal abstract record AnnotationCommand(ReplyTo<VideoAnnotation> Reply)
{
    /// <summary>Begin, or go on with the same.</summary>
    public sealed record Begin(AnnotationIdentity Identity, ReplyTo<VideoAnnotation> Reply) : AnnotationCommand(Reply);

    /// <summary>A question was answered.</summary>
    /// <param name="ObjectId">About which object.</param>
    /// <param name="Known">How many of its answers were known when it was asked: a second answer to the same question is passed over.</param>
    /// <param name="Answer">The answer.</param>
    /// <param name="Reply">Where to.</param>
    public sealed record Record(int ObjectId, int Known, StepAnswer Answer, ReplyTo<VideoAnnotation> Reply) : AnnotationCommand(Reply);

    /// <summary>A question was refused; nothing more is asked about the object.</summary>
    public sealed record GiveUp(int ObjectId, StepRefusal Refusal, ReplyTo<VideoAnnotation> Reply) : AnnotationCommand(Reply);
}
