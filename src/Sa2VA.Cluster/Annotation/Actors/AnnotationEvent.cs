using System.Text.Json.Serialization;

namespace Sa2VA.Cluster.Annotation.Actors;

/// <summary>What happened in a video's annotation, as stored.</summary>
[JsonDerivedType(typeof(AnnotationBegun), "annotation-begun")]
[JsonDerivedType(typeof(StepAnswered), "step-answered")]
[JsonDerivedType(typeof(StepRefused), "step-refused")]
internal abstract record AnnotationEvent
{
    public sealed record AnnotationBegun(AnnotationIdentity Identity) : AnnotationEvent;

    public sealed record StepAnswered(int ObjectId, StepAnswer Answer) : AnnotationEvent;

    public sealed record StepRefused(int ObjectId, StepRefusal Refusal) : AnnotationEvent;
}
