using System.Collections.Immutable;

namespace Sa2VA.Cluster.Annotation;

/// <summary>What the answers of a video belong to: those to other questions are not mixed with them.</summary>
/// <param name="Masks">SHA-256 over all masks.</param>
/// <param name="Describer">Who describes.</param>
/// <param name="Checker">Who compares.</param>
/// <param name="Prompts">Version of the questions.</param>
/// <param name="Frames"><see cref="AnnotationRules.Frames"/>.</param>
/// <param name="MaxSide"><see cref="AnnotationRules.MaxSide"/>.</param>
public sealed record AnnotationIdentity(string Masks, string Describer, string Checker, int Prompts, int Frames, int MaxSide)
{
    /// <summary>The first difference in words; null when there is none.</summary>
    internal string? DifferenceFrom(AnnotationIdentity other) => this switch
    {
        _ when Masks != other.Masks => "other masks",
        _ when Describer != other.Describer => $"descriptions of '{other.Describer}', not '{Describer}'",
        _ when Checker != other.Checker => $"checks of '{other.Checker}', not '{Checker}'",
        _ when Prompts != other.Prompts => $"questions of version {other.Prompts}, not {Prompts}",
        _ when Frames != other.Frames => $"{other.Frames} frames for the video level, not {Frames}",
        _ when MaxSide != other.MaxSide => $"pictures of at most {other.MaxSide} pixels, not {MaxSide}",
        _ => null,
    };
}

/// <summary>What is known of an object's questions.</summary>
public sealed record ObjectRecord
{
    /// <summary>The answers, in their order.</summary>
    public ImmutableList<StepAnswer> Answers { get; init; } = [];

    /// <summary>The question after which the object was given up; null for none.</summary>
    public StepRefusal? Refusal { get; init; }
}

/// <summary>What is known of a video: the state of its annotation.</summary>
public sealed record VideoAnnotation
{
    /// <summary>Null before it began.</summary>
    public AnnotationIdentity? Identity { get; init; }

    /// <summary>By the object's id; those that nothing was asked about are not in it.</summary>
    public ImmutableSortedDictionary<int, ObjectRecord> Objects { get; init; } = ImmutableSortedDictionary<int, ObjectRecord>.Empty;

    /// <summary>One object's.</summary>
    public ObjectRecord Of(int objectId) => Objects.GetValueOrDefault(objectId) ?? new ObjectRecord();
}
