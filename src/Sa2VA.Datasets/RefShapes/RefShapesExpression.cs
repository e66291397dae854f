namespace Sa2VA.Datasets.RefShapes;

/// <summary>A sentence about a video, true of exactly the objects it means.</summary>
/// <param name="Id">"0", "1", …; unique within the video.</param>
/// <param name="Text">The sentence: lower case, a closed vocabulary.</param>
/// <param name="Level">What it takes to understand it.</param>
/// <param name="Objects">Indices of the objects meant, ascending; empty when it is absent.</param>
public sealed record RefShapesExpression(string Id, string Text, RefShapesLevel Level, IReadOnlyList<int> Objects)
{
    /// <summary>What it says, before it was words; nothing for one that no video said.</summary>
    internal Phrase Phrase { get; init; } = new(Description.Nothing);
}
