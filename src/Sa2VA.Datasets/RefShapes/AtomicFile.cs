namespace Sa2VA.Datasets.RefShapes;

/// <summary>Files that appear whole: written beside their name, then renamed.</summary>
internal static class AtomicFile
{
    public static void Write(string path, Action<Stream> content)
    {
        var partial = path + ".partial";
        using (var file = File.Create(partial))
            content(file);
        File.Move(partial, path, overwrite: true);
    }
}
