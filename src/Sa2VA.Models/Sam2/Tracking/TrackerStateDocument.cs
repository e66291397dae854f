namespace Sa2VA.Models.Sam2.Tracking;

/// <summary>
/// The part of a saved tracker that is not tensors, stored as JSON in the header of the safetensors file. Lists keep the order of
/// attention. The tensors are named <c>object.{id}.{store}.{frame}.{part}</c> and <c>features.{frame}</c>.
/// </summary>
internal sealed record TrackerStateDocument
{
    /// <summary>Raised when an older reader could not understand the file.</summary>
    public const int CurrentVersion = 1;

    public required int Version { get; init; }

    public required int VideoHeight { get; init; }

    public required int VideoWidth { get; init; }

    public required ModelSizes Model { get; init; }

    public required TrackerOptions Options { get; init; }

    public required IReadOnlyList<SavedObject> Objects { get; init; }

    public required IReadOnlyList<int> PromptedFeatures { get; init; }

    /// <summary>What a model must have in common with the one that the state was made with.</summary>
    internal sealed record ModelSizes(int ImageSize, int HiddenDim, int MemDim, int NumMaskmem);

    internal sealed record SavedObject(
        int Id, IReadOnlyList<int> Conditioning, IReadOnlyList<int> Tracked, IReadOnlyList<int> PendingConditioning,
        IReadOnlyList<int> PendingCorrections, IReadOnlyList<TrackedRange> Walked, IReadOnlyList<SavedPoints> Points);

    internal sealed record SavedPoints(int Frame, float[] Coordinates, int[] Labels);
}
