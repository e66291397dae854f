namespace Sa2VA.Training.Data;

/// <summary>
/// What one step learns from one clip, as plain arrays. S is the side of the tracker's input, V of the vision tower's, t of a target.
/// </summary>
public sealed class ClipSample
{
    /// <summary>[slots, S, S, 3] pixels: the conditioning frame before, the tracked frames, the conditioning frame after.</summary>
    public required byte[] TrackerPixels { get; init; }

    /// <summary>[key frames, V, V, 3] pixels.</summary>
    public required byte[] VisionPixels { get; init; }

    /// <summary>Frames between neighbouring slots, [slots - 1]; the first and the last may be 0 at the clip's ends.</summary>
    public required int[] Gaps { get; init; }

    /// <summary>Turns of the conversation.</summary>
    public required IReadOnlyList<SampledTurn> Turns { get; init; }

    /// <summary>[tracks][slots] what is tracked: coverage [t, t] and, on conditioning slots, the mask prompt [S, S] of 0 and 1.</summary>
    public required IReadOnlyList<TargetMask[]> Tracks { get; init; }

    /// <summary>Class of each cell of the tracker's stride-8 and stride-16 maps, per kind of label; empty without labels. -1 is ignored, 0 is ground.</summary>
    public required IReadOnlyList<DenseLabels> TrackerLabels { get; init; }

    /// <summary>The same for the vision tower's patches and for the tokens that groups of them become.</summary>
    public required IReadOnlyList<DenseLabels> VisionLabels { get; init; }
}

/// <summary>A turn with its token ids and what its <c>[SEG]</c> show.</summary>
/// <param name="Ids">Question and answer.</param>
/// <param name="AnswerStart">Index of the answer's first token.</param>
/// <param name="IsSpoken">Whether the words are learnt.</param>
/// <param name="Segments">What is shown, in the order in which the answer says it.</param>
/// <param name="Kinds">What each token of the answer does.</param>
/// <param name="Looks">
/// For each token of the answer: [visual tokens of all key frames] whether one shows what the word is about; empty when none does, or nothing is meant.
/// </param>
public sealed record SampledTurn(
    int[] Ids, int AnswerStart, bool IsSpoken, IReadOnlyList<SampledSegment> Segments, IReadOnlyList<AnswerKind> Kinds, IReadOnlyList<bool[]> Looks)
{
    /// <summary>Tokens of the question at which a visual token of the picture stands once more (regions): their indexes, and the visual tokens.</summary>
    public IReadOnlyList<(int Index, int VisualToken)> Repeated { get; init; } = [];
}

/// <summary>One <c>[SEG]</c> of an answer.</summary>
/// <param name="Index">Of its token.</param>
/// <param name="Masks">Slots with the coverage that its mask should have there.</param>
/// <param name="Classes">Class of the one thing that is meant, per kind of label; empty when there are several, or none.</param>
public sealed record SampledSegment(int Index, IReadOnlyList<(int Slot, TargetMask Target)> Masks, IReadOnlyList<int> Classes);

/// <summary>What a word of an answer does.</summary>
public enum AnswerKind
{
    /// <summary>It answers.</summary>
    Answer,

    /// <summary>It tells what is seen.</summary>
    Survey,

    /// <summary>It concludes something from what is seen, on the way to the answer.</summary>
    Conclusion,

    /// <summary>It tells wrongly what is seen: read, but not learnt.</summary>
    Slip,
}

/// <summary>A mask as losses want it.</summary>
/// <param name="Coverage">[t, t] share of each cell that is covered.</param>
/// <param name="Prompt">[S, S] of 0 and 1; empty where it prompts nothing.</param>
/// <param name="IsVisible">Whether anything of it is seen.</param>
public sealed record TargetMask(float[] Coverage, byte[] Prompt, bool IsVisible);

/// <summary>Labels of all cells of a grid over all frames of a sample.</summary>
/// <param name="Side">Cells along a side.</param>
/// <param name="Classes">[kinds][frames · Side · Side]</param>
public sealed record DenseLabels(int Side, long[][] Classes);
