namespace Sa2VA.Datasets.RefShapes;

/// <summary>What is fixed for a split.</summary>
public static class RefShapesSplits
{
    /// <summary>How many videos the split has.</summary>
    public static int VideoCount(this RefShapesSplit split) => split switch
    {
        RefShapesSplit.Train => int.MaxValue,
        RefShapesSplit.Val => 64,
        RefShapesSplit.Test => 120,
        RefShapesSplit.Long => 6,
        _ => throw new ArgumentOutOfRangeException(nameof(split), split, "There is no such split of Ref-Shapes."),
    };

    /// <summary>Its name in folders and on the command line.</summary>
    public static string Name(this RefShapesSplit split) => split switch
    {
        RefShapesSplit.Train => "train",
        RefShapesSplit.Val => "val",
        RefShapesSplit.Test => "test",
        RefShapesSplit.Long => "long",
        _ => throw new ArgumentOutOfRangeException(nameof(split), split, "There is no such split of Ref-Shapes."),
    };
}
