namespace Sa2VA.Datasets;

/// <summary>
/// Opens GranD-f's validation and test sets as GLaMM and Sa2VA publish them: for each split a file of captions and one of masks, and a folder
/// of pictures. They hold captions to be made, not sentences to be found, so they are no <see cref="IReferringDataset"/>.
/// </summary>
public static class GcgOpener
{
    /// <summary>What people call the format on the command line.</summary>
    public const string Format = "gcg";

    internal const string Signature = "SPLIT_gcg_coco_caption_gt.json and SPLIT_gcg_coco_mask_gt.json in it, or in annotations/";

    internal const string CaptionsEnd = "_gcg_coco_caption_gt.json";
    internal const string MasksEnd = "_gcg_coco_mask_gt.json";

    // Of GLaMM's and Sa2VA's instructions, from the folder above the annotations or from the root of all data.
    private static readonly string[] AnnotationFolders =
    [
        "", "annotations", "annotations/val_test", "annotations/gcg_val_test", "val_test", "gcg_val_test",
        "GranDf/annotations/val_test", "glamm_data/annotations/gcg_val_test",
    ];

    private static readonly string[] PictureFolders =
    [
        "images/grandf/val_test", "GranDf_HA_images/val_test", "images/GranDf_HA_images/val_test", "../GranDf_HA_images/val_test",
        "glamm_data/images/grandf/val_test", "images/val_test", "images", "../../images/grandf/val_test",
    ];

    /// <summary>Whether the folder holds such files. Contents are not looked at.</summary>
    public static bool Recognises(string folder) => Annotations(folder) is not null;

    /// <summary>Opens a split. Masks are read and checked now; pictures may be missing when only predictions are scored.</summary>
    /// <param name="folder">The folder of the annotations, or one above it; <c>docs/datasets.md</c> shows what is looked for.</param>
    /// <param name="split"><c>val</c> or <c>test</c>; may be null when there is only one.</param>
    /// <exception cref="DatasetException">A file is missing or damaged; the message names it and the field.</exception>
    public static GcgDataset Open(string folder, string? split = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        if (!Directory.Exists(folder)) throw new DatasetException($"There is no folder '{folder}'.");
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var annotations = Annotations(root) ?? throw new DatasetException($"'{folder}' is not {Format}: looked for {Signature}.");
        var chosen = SplitChoice.Choose(folder, Splits(annotations), split);
        var pictures = new GcgPictures([.. PictureFolders.Select(part => Path.GetFullPath(Path.Combine(root, part))).Where(Directory.Exists), root]);
        return GcgFiles.Read($"{Format}/{chosen}", Path.Combine(annotations, chosen + CaptionsEnd), Path.Combine(annotations, chosen + MasksEnd), pictures);
    }

    private static string? Annotations(string folder) => AnnotationFolders.Select(part => Path.Combine(folder, part)).FirstOrDefault(path => Splits(path).Count > 0);

    private static IReadOnlyList<string> Splits(string folder) => !Directory.Exists(folder)
        ? []
        : [.. Directory.EnumerateFiles(folder, "*" + CaptionsEnd).Select(path => Path.GetFileName(path)[..^CaptionsEnd.Length]).Where(name => name.Length > 0).Order(StringComparer.Ordinal)];
}
