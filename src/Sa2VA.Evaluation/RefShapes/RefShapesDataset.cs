using Sa2VA.Datasets;
using Sa2VA.Datasets.RefShapes;

namespace Sa2VA.Evaluation.RefShapes;

/// <summary>A split of the built-in benchmark as a dataset, without a folder of it: frames and truth are drawn when asked for.</summary>
public sealed class RefShapesDataset : IReferringDataset
{
    /// <summary>What the command line calls the benchmark; a split may follow a colon.</summary>
    public const string Scheme = "ref-shapes";

    private const string Splits = "val, test and long";

    /// <summary>Opens a split.</summary>
    /// <param name="split"><c>val</c>, <c>test</c> or <c>long</c>.</param>
    /// <param name="cacheFolder">Where video files are written when a model asks for them; made when absent.</param>
    /// <exception cref="DatasetException">There is no such split, or it has no end.</exception>
    public RefShapesDataset(string split, string cacheFolder)
    {
        var known = Enum.GetValues<RefShapesSplit>().Where(s => s != RefShapesSplit.Train).Where(s => s.Name() == split).ToList();
        if (known.Count == 0) throw new DatasetException($"Ref-Shapes has no split '{split}' to evaluate; it has {Splits}.");
        Name = $"{Scheme}/{split}";
        var cache = Path.Combine(cacheFolder, split);
        Videos = [.. Enumerable.Range(0, known[0].VideoCount()).Select(index => new DrawnVideo(known[0], index, cache))];
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public IReadOnlyList<ReferringVideo> Videos { get; }
}
