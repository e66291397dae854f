namespace Sa2VA.Cli.Commands;

/// <summary>What the command line of <c>sa2va train</c> asks for.</summary>
internal sealed record TrainArguments
{
    /// <summary>The recipe's file.</summary>
    public required string Recipe { get; init; }

    /// <summary>Folder of the model to start from.</summary>
    public required string Model { get; init; }

    /// <summary>Folder of the run.</summary>
    public required string OutputFolder { get; init; }

    /// <summary>A dataset's folder, or <c>ref-shapes</c> with or without a split.</summary>
    public required string Dataset { get; init; }

    /// <summary>The dataset's format; recognised when null.</summary>
    public required string? Format { get; init; }

    /// <summary>The dataset's split; null for its only one.</summary>
    public required string? Split { get; init; }

    /// <summary>cpu, cuda or cuda:N.</summary>
    public required string Device { get; init; }

    /// <summary>Updates after which to stop; null for all of the recipe.</summary>
    public required long? Steps { get; init; }

    /// <summary>Losses to draw; empty for the usual ones.</summary>
    public required IReadOnlyList<string> Plots { get; init; }

    /// <summary>Say everything in JSON lines on the standard output.</summary>
    public required bool Json { get; init; }
}
