using Sa2VA.Evaluation.Predictions;
using Sa2VA.Evaluation.Running;

namespace Sa2VA.Cli.Commands;

/// <summary>What the command line of <c>sa2va eval</c> asks for.</summary>
internal sealed record EvalArguments
{
    /// <summary>A dataset's folder, or <c>ref-shapes</c> with or without a split; null when <see cref="Truth"/> is given.</summary>
    public required string? Dataset { get; init; }

    /// <summary>The dataset's format; recognised when null.</summary>
    public required string? Format { get; init; }

    /// <summary>The splits to score, one report for all; empty for the only one.</summary>
    public required IReadOnlyList<string> Splits { get; init; }

    /// <summary>The truth file of a single clip.</summary>
    public required string? Truth { get; init; }

    /// <summary>Somebody's predictions; null when a model is run.</summary>
    public required string? Predictions { get; init; }

    /// <summary>The model to run; null when there are predictions.</summary>
    public required ModelPredictionOptions? Model { get; init; }

    /// <summary>How to go about it.</summary>
    public required EvaluationOptions Options { get; init; }

    /// <summary>Only this many videos of each split, from the first; null for all.</summary>
    public required int? Videos { get; init; }

    /// <summary>Folder for the report and the work; null when only the table is wanted.</summary>
    public required string? OutputFolder { get; init; }

    /// <summary>Where the predictions are written as servers take them; null for nowhere.</summary>
    public required string? SubmissionFolder { get; init; }

    /// <summary>Where a calibration of presence is written; null for none.</summary>
    public required string? CalibrationFile { get; init; }

    /// <summary>Say everything in JSON lines on the standard output.</summary>
    public required bool Json { get; init; }

    /// <summary>CPU threads of the tensor library.</summary>
    public required int Threads { get; init; }
}
