namespace Sa2VA.Datasets;

/// <summary>Finds pictures by their image's id, or by the name that the file gives them.</summary>
internal sealed class GcgPictures(IReadOnlyList<string> folders)
{
    private static readonly string[] Extensions = [".jpg", ".jpeg", ".png"];

    /// <summary>For messages.</summary>
    public string Folders { get; } = string.Join(", ", folders.Select(folder => $"'{folder}'"));

    /// <summary>The path of a picture; null when there is none.</summary>
    public string? Find(string id, string? fileName)
    {
        IEnumerable<string> names = Extensions.Select(extension => id + extension);
        if (fileName is not null) names = names.Prepend(fileName);
        return names.SelectMany(name => folders.Select(folder => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
    }
}
