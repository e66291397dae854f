namespace Sa2VA.Datasets;

/// <summary>
/// ReVOS and Ref-SAV: one folder for all splits, a file of expressions for each, masks in <c>mask_dict.json</c>, and a type for each
/// expression, which becomes its level.
/// </summary>
internal sealed class TypedFormat : IDatasetFormat
{
    private const string Prefix = "meta_expressions_";
    private readonly string _suffix;
    private readonly string[] _frames;
    private readonly string[] _levels;

    private TypedFormat(string name, string suffix, string[] frames, string[] levels) => (Name, _suffix, _frames, _levels) = (name, suffix, frames, levels);

    /// <summary>Videos are in nested folders; type 2 is about nothing in the video.</summary>
    public static TypedFormat Revos { get; } = new("revos", "_.json", ["JPEGImages", ""], ["referring", "reasoning", ExpressionEntry.AbsentLevel]);

    /// <summary>The types are the lengths of the expressions.</summary>
    public static TypedFormat RefSav { get; } = new("ref-sav", ".json", ["videos"], ["long", "short"]);

    public string Name { get; }

    public string Signature => $"{Prefix}SPLIT{_suffix} beside mask_dict.json" + (_frames[0] == "videos" ? " and videos/" : " and the frames");

    public bool Recognises(string folder) => Splits(folder).Count > 0;

    public IReferringDataset Open(string folder, string? split)
    {
        if (Splits(folder) is not { Count: > 0 } splits)
            throw new DatasetException($"'{folder}' is not {Name}: looked for {Signature}.");
        var chosen = SplitChoice.Choose(folder, splits, split);
        var videos = ExpressionFile.Read(Path.Combine(folder, Prefix + chosen + _suffix));
        var truth = MaskSources.In(folder, videos);
        var foreground = Path.Combine(folder, "mask_dict_foreground.json");
        var everything = File.Exists(foreground) ? new JsonMaskFile(foreground) : null;
        return new ReferringDataset($"{Name}/{chosen}", [.. videos.Select(v => new PictureVideo(v, FramesOf(folder, v), truth, _levels, everything))]);
    }

    /// <summary>Splits by the names of files; the two formats differ in an underscore at the end.</summary>
    private IReadOnlyList<string> Splits(string folder) =>
        [.. Directory.EnumerateFiles(folder, Prefix + "*.json")
            .Select(f => Path.GetFileName(f)[Prefix.Length..])
            .Where(name => name.EndsWith("_.json", StringComparison.Ordinal) == (_suffix == "_.json"))
            .Select(name => name[..^_suffix.Length])
            .Where(name => name.Length > 0)
            .Order(StringComparer.Ordinal)];

    private string FramesOf(string folder, VideoEntry video)
    {
        var candidates = _frames.Select(f => Path.Combine(folder, f, video.Id)).ToArray();
        return Array.Find(candidates, Directory.Exists) ?? candidates[0];
    }
}
