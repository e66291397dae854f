namespace Sa2VA.Datasets;

/// <summary>The on-disk formats that are read.</summary>
public static class DatasetFormats
{
    // In this order a folder is recognised; no folder has the files of two of them, but for the two that share a layout.
    private static readonly IDatasetFormat[] All = [new MevisFormat()];

    /// <summary>Their names, as <c>--format</c> takes them.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(f => f.Name)];

    internal static IDatasetFormat Named(string name) =>
        Array.Find(All, f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new DatasetException($"There is no dataset format '{name}'. Known are: {string.Join(", ", Names)}.");

    internal static IDatasetFormat Recognise(string folder) =>
        Array.Find(All, f => f.Recognises(folder))
        ?? throw new DatasetException(
            $"'{folder}' is not recognised as a dataset. Looked for:{string.Concat(All.Select(f => $"\n  {f.Name}: {f.Signature}"))}\n" +
            "Give the folder that holds these files, or name the format.");
}
