using Sa2VA.Datasets;

namespace Sa2VA.Evaluation.Clips;

/// <summary>The content of a clip's truth file.</summary>
/// <param name="Video">Name of the video's file, beside this one; its extension may be left out.</param>
/// <param name="Size">Height and width in pixels.</param>
/// <param name="Expressions">The sentences with their masks.</param>
internal sealed record ClipTruthFile(string Video, int[] Size, IReadOnlyList<ClipTruthFile.Sentence> Expressions)
{
    public int Height => Size[0];

    public int Width => Size[1];

    public int Frames => Expressions[0].Masks.Count;

    /// <summary>Refuses what contradicts itself.</summary>
    public void Check(string path)
    {
        if (Size.Length != 2 || Size[0] < 1 || Size[1] < 1) throw new DatasetException($"'{path}': 'size' must be [height, width] in pixels.");
        if (Expressions.Count == 0 || Frames == 0) throw new DatasetException($"'{path}' has no expression with masks.");
        if (Expressions.FirstOrDefault(e => e.Masks.Count != Frames) is { } odd)
            throw new DatasetException($"'{path}': expression '{odd.Id}' has {odd.Masks.Count} masks, expression '{Expressions[0].Id}' has {Frames}. There is one for each frame, null where nothing is seen.");
        if (Expressions.GroupBy(e => e.Id).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new DatasetException($"'{path}' has two expressions with the id '{twice.Key}'.");
    }

    /// <summary>One sentence; its masks are COCO's compressed counts, null where nothing of it is seen.</summary>
    internal sealed record Sentence(string Id, string Text, IReadOnlyList<string?> Masks, string? Level = null);
}
