namespace Sa2VA.Datasets;

/// <summary>Videos (or images, as videos of one frame) with sentences about things in them and, where it is published, the truth.</summary>
public interface IReferringDataset
{
    /// <summary>What reports call it, with the split: <c>mevis/valid_u</c>.</summary>
    string Name { get; }

    /// <summary>All videos, in a fixed order.</summary>
    IReadOnlyList<ReferringVideo> Videos { get; }
}
