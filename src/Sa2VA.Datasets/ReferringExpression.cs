namespace Sa2VA.Datasets;

/// <summary>A sentence about one video.</summary>
/// <param name="Id">As the dataset calls it; unique within the video.</param>
/// <param name="Text">The sentence, as written.</param>
/// <param name="Level">What it takes to understand it ("attribute", "motion", "absent" …; "referring" or "reasoning" for ReVOS); null when the dataset does not say.</param>
/// <param name="IsAbsent">Whether the dataset says that nothing in the video is meant.</param>
public sealed record ReferringExpression(string Id, string Text, string? Level = null, bool IsAbsent = false);
