namespace Sa2VA.Datasets;

/// <summary>Opens a dataset as it was downloaded and unpacked.</summary>
public static class DatasetOpener
{
    /// <summary>
    /// Opens a folder. Only the expressions are read now; frames and masks when they are asked for, so pictures may be missing when only
    /// somebody else's predictions are to be scored.
    /// </summary>
    /// <param name="folder">The dataset's root or, for MeViS, one split of it. <c>docs/datasets.md</c> shows what is expected in it.</param>
    /// <param name="format">One of <see cref="DatasetFormats.Names"/>; recognised from the folder when null.</param>
    /// <param name="split">As the dataset calls it (<c>valid_u</c>, <c>testA</c>); may be null when there is only one.</param>
    /// <exception cref="DatasetException">
    /// The folder is of no known format, lacks a file or the split, or its expressions are damaged; the message says what was looked for.
    /// </exception>
    public static IReferringDataset Open(string folder, string? format = null, string? split = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        if (!Directory.Exists(folder))
            throw new DatasetException($"There is no folder '{folder}'.");
        var reader = format is null ? DatasetFormats.Recognise(folder) : DatasetFormats.Named(format);
        return reader.Open(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)), split);
    }
}
