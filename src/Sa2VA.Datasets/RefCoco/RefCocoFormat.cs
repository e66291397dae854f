namespace Sa2VA.Datasets;

/// <summary>
/// RefCOCO, RefCOCO+ and RefCOCOg: <c>instances.json</c> and <c>refs(unc).p</c> or <c>refs(umd).p</c> in a folder, the images of
/// COCO's train2014 in it or near it. The folder's name tells the first two apart.
/// </summary>
internal sealed class RefCocoFormat : IDatasetFormat
{
    // Where the downloads of Sa2VA, of the authors' REFER and of COCO itself put the images, from the dataset's folder or the one above.
    private static readonly string[] ImageFolders =
        ["coco2014/train2014", "train2014", "images/train2014", "images/mscoco/images/train2014", "images/coco2014/train2014", "images"];

    private readonly string _refs;
    private readonly bool? _isPlus;

    private RefCocoFormat(string name, string refs, bool? isPlus) => (Name, _refs, _isPlus) = (name, refs, isPlus);

    public static RefCocoFormat RefCoco { get; } = new("refcoco", "refs(unc).p", isPlus: false);

    public static RefCocoFormat RefCocoPlus { get; } = new("refcoco+", "refs(unc).p", isPlus: true);

    public static RefCocoFormat RefCocoG { get; } = new("refcocog", "refs(umd).p", isPlus: null);

    public string Name { get; }

    public string Signature => $"instances.json and {_refs}" + (_isPlus is true ? ", in a folder whose name contains '+' or 'plus'" : "");

    public bool Recognises(string folder) =>
        File.Exists(Path.Combine(folder, "instances.json")) && File.Exists(Path.Combine(folder, _refs)) && (_isPlus is null || _isPlus == IsNamedPlus(folder));

    public IReferringDataset Open(string folder, string? split)
    {
        var refs = Ref.ReadFile(Path.Combine(folder, _refs));
        var chosen = SplitChoice.Choose(folder, Splits(refs), split, usual: "val");
        var wanted = refs.Where(r => r.Split == chosen).ToList();
        var instances = new CocoInstances(
            Path.Combine(folder, "instances.json"), wanted.Select(r => r.ImageId).ToHashSet(), wanted.Select(r => r.AnnotationId).ToHashSet());
        var images = ImagesOf(folder);
        return new ReferringDataset(
            $"{Name}/{chosen}", [.. wanted.GroupBy(r => r.ImageId).Select(group => new CocoPicture(instances.Image(group.Key), images, group, instances))]);
    }

    private static IReadOnlyList<string> Splits(IReadOnlyList<Ref> refs) => [.. refs.Select(r => r.Split).Distinct().Order(StringComparer.Ordinal)];

    private static bool IsNamedPlus(string folder)
    {
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        return name.Contains('+', StringComparison.Ordinal) || name.Contains("plus", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The first that is there; else the one that errors about missing images should name.</summary>
    private static string ImagesOf(string folder)
    {
        var candidates = ImageFolders.SelectMany(f => (string[])[Path.Combine(folder, f), Path.Combine(folder, "..", f)]).Select(Path.GetFullPath).ToArray();
        return Array.Find(candidates, Directory.Exists) ?? candidates[0];
    }
}
