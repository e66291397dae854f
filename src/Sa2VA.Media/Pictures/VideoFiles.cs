namespace Sa2VA.Media;

/// <summary>The files behind a path that is read as a video.</summary>
public static class VideoFiles
{
    /// <summary>The file itself, or the pictures of a folder in the order in which they are its frames.</summary>
    /// <exception cref="MediaException">A folder without pictures, or with pictures whose order is in doubt.</exception>
    public static IReadOnlyList<string> Of(string path) => PictureSequence.Find(path, MediaLimits.Default)?.Files ?? [path];

    /// <summary>What people call it: the name of the file or folder without what leads to it, and without a file's extension.</summary>
    public static string NameOf(string path)
    {
        path = Path.TrimEndingDirectorySeparator(path);
        return Directory.Exists(path) ? Path.GetFileName(Path.GetFullPath(path)) : Path.GetFileNameWithoutExtension(path);
    }
}
