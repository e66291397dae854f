namespace Sa2VA.Datasets;

/// <summary>The on-disk formats that are read.</summary>
public static class DatasetFormats
{
    // In this order a folder is recognised; those that share a layout look at the folder's name.
    private static readonly IDatasetFormat[] All = 
    [
        new MevisFormat(), RefVosFormat.YoutubeVos, RefVosFormat.Davis, TypedFormat.Revos, TypedFormat.RefSav,
        RefCocoFormat.RefCoco, RefCocoFormat.RefCocoPlus, RefCocoFormat.RefCocoG, new ReasonSegFormat(),
    ];

    /// <summary>Their names, as <c>--format</c> takes them. Captions are read by <see cref="GcgOpener"/>.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(f => f.Name)];

    internal static IDatasetFormat Named(string name) =>
        Array.Find(All, f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new DatasetException(name.Equals(GcgOpener.Format, StringComparison.OrdinalIgnoreCase)
            ? $"A dataset of the format '{GcgOpener.Format}' has captions, not sentences about videos: it can be evaluated, not trained on."
            : $"There is no dataset format '{name}'. Known are: {string.Join(", ", Names)}, {GcgOpener.Format}.");

    internal static IDatasetFormat Recognise(string folder) =>
        Array.Find(All, f => f.Recognises(folder))
        ?? throw new DatasetException(
            $"'{folder}' is not recognised as a dataset. Looked for:{string.Concat(All.Select(f => $"\n  {f.Name}: {f.Signature}"))}\n  {GcgOpener.Format}: {GcgOpener.Signature}\n" +
            "Give the folder that holds these files, or name the format.");
}
