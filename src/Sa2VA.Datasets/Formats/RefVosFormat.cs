namespace Sa2VA.Datasets;

/// <summary>
/// Ref-YouTube-VOS and Ref-DAVIS17, which share a layout: expressions in <c>meta_expressions/SPLIT/</c>, frames in
/// <c>SPLIT/JPEGImages/</c>, the truth as <c>SPLIT/mask_dict.pkl</c> or palette pictures in <c>SPLIT/Annotations/</c>.
/// Nothing in their files tells them apart, so the folder's name does.
/// </summary>
internal sealed class RefVosFormat : IDatasetFormat
{
    private readonly bool _isDavis;

    private RefVosFormat(string name, bool isDavis) => (Name, _isDavis) = (name, isDavis);

    public static RefVosFormat YoutubeVos { get; } = new("ref-youtube-vos", isDavis: false);

    public static RefVosFormat Davis { get; } = new("ref-davis17", isDavis: true);

    public string Name { get; }

    public string Signature =>
        "meta_expressions/SPLIT/meta_expressions.json beside SPLIT/JPEGImages/" + (_isDavis ? ", in a folder whose name contains 'davis'" : "");

    public bool Recognises(string folder) =>
        Splits(folder).Count > 0 && Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))).Contains("davis", StringComparison.OrdinalIgnoreCase) == _isDavis;

    public IReferringDataset Open(string folder, string? split)
    {
        if (Splits(folder) is not { Count: > 0 } splits)
            throw new DatasetException($"'{folder}' is not {Name}: looked for {Signature}.");
        var chosen = SplitChoice.Choose(folder, splits, split);
        var part = Path.Combine(folder, chosen);
        var videos = ExpressionFile.Read(ExpressionsOf(folder, chosen));
        // The preprocessed training masks of Ref-YouTube-VOS lie one level up.
        IMaskSource[] truth = [.. MaskSources.In(part, videos), .. chosen == "train" ? MaskSources.In(folder, videos) : []];
        var pictures = Path.Combine(part, "JPEGImages");
        return new ReferringDataset($"{Name}/{chosen}", [.. videos.Select(v => new PictureVideo(v, Path.Combine(pictures, v.Id), truth))]);
    }

    private static IReadOnlyList<string> Splits(string folder)
    {
        var expressions = Path.Combine(folder, "meta_expressions");
        return Directory.Exists(expressions)
            ? [.. Directory.EnumerateDirectories(expressions).Select(f => Path.GetFileName(f)).Where(s => File.Exists(ExpressionsOf(folder, s))).Order(StringComparer.Ordinal)]
            : [];
    }

    private static string ExpressionsOf(string folder, string split) => Path.Combine(folder, "meta_expressions", split, "meta_expressions.json");
}
