namespace Sa2VA.Datasets;

/// <summary>ReasonSeg: a folder per split with a picture and a JSON file of the same name for each question.</summary>
internal sealed class ReasonSegFormat : IDatasetFormat
{
    private static readonly string[] SplitNames = ["train", "val", "test"];

    public string Name => "reasonseg";

    public string Signature => "train/, val/ or test/ with NAME.jpg beside NAME.json";

    public bool Recognises(string folder) => Splits(folder).Count > 0;

    public IReferringDataset Open(string folder, string? split)
    {
        if (Splits(folder) is not { Count: > 0 } splits)
            throw new DatasetException($"'{folder}' is not {Name}: looked for {Signature}.");
        var chosen = SplitChoice.Choose(folder, splits, split);
        return new ReferringDataset($"{Name}/{chosen}", [.. Pairs(Path.Combine(folder, chosen)).Select(picture => new ReasonSegPicture(picture))]);
    }

    private static IReadOnlyList<string> Splits(string folder) => [.. SplitNames.Where(split => Pairs(Path.Combine(folder, split)).Any())];

    /// <summary>The pictures that have a question, by name.</summary>
    private static IEnumerable<string> Pairs(string folder)
        => Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.jpg").Where(path => File.Exists(Path.ChangeExtension(path, ".json"))).Order(StringComparer.Ordinal) : [];
}
