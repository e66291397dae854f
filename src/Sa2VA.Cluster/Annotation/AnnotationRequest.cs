using Sa2VA.Cluster.Annotation.Describing;
using Sa2VA.Cluster.Runs;

namespace Sa2VA.Cluster.Annotation;

/// <summary>What is to be annotated, by whom, and where it is written.</summary>
public sealed record AnnotationRequest
{
    /// <summary>Folder of the dataset; made when it is not there.</summary>
    public required string OutputFolder { get; init; }

    /// <summary>Folder of the journal: what an annotation goes on from.</summary>
    public required string WorkFolder { get; init; }

    /// <summary>Describes; stays the caller's.</summary>
    public required IDescriber Describer { get; init; }

    /// <summary>Compares descriptions; may be the same. Stays the caller's.</summary>
    public required IDescriber Checker { get; init; }

    /// <summary>How to go about it.</summary>
    public AnnotationRules Rules { get; init; } = new();

    /// <summary>Name of the split in the dataset. Default "train"; letters, digits, '-' and '_'.</summary>
    public string Split { get; init; } = "train";

    /// <summary>Questions at a time, over all videos. Default 1, up to 64.</summary>
    public int Jobs { get; init; } = 1;

    /// <summary>Whether the frames are written, which a model needs that is run or trained on the dataset. Default yes.</summary>
    public bool WriteFrames { get; init; } = true;

    /// <summary>Whether every picture that was shown is kept, in <c>pictures/</c>. Default no.</summary>
    public bool KeepPictures { get; init; }

    /// <summary>Refuses what cannot be.</summary>
    /// <exception cref="RunException">A value is out of its range.</exception>
    internal void Check()
    {
        Rules.Check();
        if (Jobs is < 1 or > 64)
            throw new RunException(RunFailureKind.Settings, $"AnnotationRequest.Jobs is {Jobs}; it may be 1 to 64.");
        if (Split.Length is 0 or > 60 || !Split.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') || Split[^1] == '_')
            throw new RunException(RunFailureKind.Settings, $"'{Split}' is no name of a split: use up to 60 letters, digits, '-' and '_', and no '_' at the end.");
    }
}

/// <summary>An object and what became of it.</summary>
/// <param name="Plan">What was shown.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Levels">What is said of it.</param>
/// <param name="Record">All questions and answers.</param>
public sealed record AnnotatedObject(PlannedAnnotation Plan, ObjectOutcome Outcome, ObjectLevels Levels, ObjectRecord Record)
{
    /// <summary>Whether it is in the dataset.</summary>
    public bool IsKept => Levels.Video is not null && Outcome is ObjectOutcome.Described or ObjectOutcome.Conflicting or ObjectOutcome.Unclear;
}

/// <summary>A video and what became of its objects.</summary>
/// <param name="Name">In the dataset.</param>
/// <param name="Plan">What was shown; null when it failed before.</param>
/// <param name="Objects">In the order of the video.</param>
/// <param name="Failure">Why it could not be annotated; null when it was.</param>
public sealed record AnnotatedVideo(string Name, AnnotationPlan? Plan, IReadOnlyList<AnnotatedObject> Objects, Exception? Failure);

/// <summary>An object is settled.</summary>
/// <param name="Video">Its video.</param>
/// <param name="Object">The object.</param>
public sealed record AnnotationNews(string Video, AnnotatedObject Object);

/// <summary>What an annotation left.</summary>
/// <param name="Videos">In their order.</param>
/// <param name="Asked">Questions that were asked in this sitting.</param>
/// <param name="Files">What was written.</param>
public sealed record AnnotationSummary(IReadOnlyList<AnnotatedVideo> Videos, int Asked, IReadOnlyList<string> Files);
