using Sa2VA.Evaluation.Running;
using Sa2VA.Evaluation.Scores;

namespace Sa2VA.Evaluation.Reports;

/// <summary>A finished evaluation: whose predictions, how they were made, and how they scored.</summary>
/// <param name="Predictions">Name of the model, or where the files were.</param>
/// <param name="Settings">How they were made, name and value, in the order in which to show them; empty for files.</param>
/// <param name="Missing">What missing predictions counted as.</param>
/// <param name="Created">When it was finished.</param>
/// <param name="Splits">The scores; none where no truth is published.</param>
public sealed record EvaluationReport(
    string Predictions, IReadOnlyList<KeyValuePair<string, string>> Settings, MissingPredictions Missing, DateTimeOffset Created, IReadOnlyList<SplitScores> Splits);
