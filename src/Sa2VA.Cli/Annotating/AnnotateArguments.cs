using Sa2VA.Cluster.Annotation;
using Sa2VA.Cluster.Annotation.Describing;

namespace Sa2VA.Cli.Annotating;

/// <summary>What the command line of <c>sa2va annotate</c> asks for.</summary>
internal sealed record AnnotateArguments
{
    /// <summary>Results of runs, folders of them, SA-V or DAVIS folders.</summary>
    public required IReadOnlyList<string> Sources { get; init; }

    /// <summary>The video of the one source, or of <see cref="Masks"/>.</summary>
    public required string? Video { get; init; }

    /// <summary>Folder of palette pictures; null when there are sources or a dataset.</summary>
    public required string? Masks { get; init; }

    /// <summary>A dataset whose objects are described; null when there are sources.</summary>
    public required string? Dataset { get; init; }

    public required string? Format { get; init; }

    public required string? DatasetSplit { get; init; }

    /// <summary>The model folder that describes; null when a server does.</summary>
    public required string? Model { get; init; }

    public required string Device { get; init; }

    public required int Threads { get; init; }

    /// <summary>The server that describes; null when a model folder does.</summary>
    public required EndpointOptions? Endpoint { get; init; }

    /// <summary>The server that compares; null when whoever describes does.</summary>
    public required EndpointOptions? Check { get; init; }

    public required string OutputFolder { get; init; }

    public required string Split { get; init; }

    public required AnnotationRules Rules { get; init; }

    public required int Jobs { get; init; }

    public required bool WriteFrames { get; init; }

    public required bool KeepPictures { get; init; }

    public required bool Json { get; init; }
}
