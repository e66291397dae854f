namespace Sa2VA.Datasets;

/// <summary>
/// MeViS: a folder per split with <c>meta_expressions.json</c>, <c>JPEGImages/VIDEO/FRAME.jpg</c> and, where the truth is published,
/// <c>mask_dict.json</c> by annotation id. A split's folder may be opened itself.
/// </summary>
internal sealed class MevisFormat : IDatasetFormat
{
    // The test split of the challenge comes under another name.
    private static readonly string[] ExpressionFiles = ["meta_expressions.json", "meta_expressions_release.json"];

    public string Name => "mevis";

    public string Signature => "meta_expressions.json beside JPEGImages/ and mask_dict.json, in the folder itself or in a folder for each split";

    public bool Recognises(string folder) => ExpressionsOf(folder) is not null || Splits(folder).Count > 0;

    public IReferringDataset Open(string folder, string? split)
    {
        if (ExpressionsOf(folder) is { } expressions)
        {
            var name = Path.GetFileName(folder);
            return split is null || split == name
                ? Read(folder, expressions, name)
                : throw new DatasetException($"'{folder}' is one split, '{name}', already. Leave out the split '{split}', or give the folder above.");
        }

        if (Splits(folder) is not { Count: > 0 } splits)
            throw new DatasetException($"'{folder}' is not MeViS: looked for {Signature}.");
        var chosen = SplitChoice.Choose(folder, splits, split);
        var part = Path.Combine(folder, chosen);
        return Read(part, ExpressionsOf(part)!, chosen);
    }

    private static IReadOnlyList<string> Splits(string folder) =>
        [.. Directory.EnumerateDirectories(folder).Where(f => ExpressionsOf(f) is not null).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    private static string? ExpressionsOf(string folder) => ExpressionFiles.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    private ReferringDataset Read(string folder, string expressions, string split)
    {
        var videos = ExpressionFile.Read(expressions);
        var truth = MaskSources.In(folder, videos);
        var pictures = Path.Combine(folder, "JPEGImages");
        return new ReferringDataset($"{Name}/{split}", [.. videos.Select(v => new PictureVideo(v, Path.Combine(pictures, v.Id), truth))]);
    }
}
