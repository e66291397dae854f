using Sa2VA.Evaluation.Captions.Scores;
using Sa2VA.Evaluation.Running;

namespace Sa2VA.Evaluation.Captions.Reports;

/// <summary>A finished evaluation of captions: whose they are, how they were made, and how they scored.</summary>
/// <param name="Predictions">Name of the model, or where the files were.</param>
/// <param name="Settings">How they were made, name and value, in the order in which to show them; empty for files.</param>
/// <param name="Missing">What missing captions counted as.</param>
/// <param name="Created">When it was finished.</param>
/// <param name="Splits">The scores.</param>
public sealed record CaptionReport(
    string Predictions, IReadOnlyList<KeyValuePair<string, string>> Settings, MissingPredictions Missing, DateTimeOffset Created, IReadOnlyList<CaptionScores> Splits);
