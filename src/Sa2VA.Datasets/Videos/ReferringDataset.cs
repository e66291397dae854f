namespace Sa2VA.Datasets;

/// <summary>A dataset as its reader found it.</summary>
internal sealed record ReferringDataset(string Name, IReadOnlyList<ReferringVideo> Videos) : IReferringDataset;
