namespace Sa2VA.Cluster.Exports;

/// <summary>Files of an export.</summary>
internal static class ExportFiles
{
    /// <summary>Writes a file under a temporary name and renames it, so that one with its own name is always whole.</summary>
    public static void Write(string path, Action<Stream> content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using (var file = File.Create(path + ".partial"))
            content(file);
        File.Move(path + ".partial", path, overwrite: true);
    }

    /// <summary>Makes a file of the lines of others, between <paramref name="parts"/>' heads.</summary>
    /// <param name="path">The file.</param>
    /// <param name="separator">Stands between two lines of the same part.</param>
    /// <param name="tail">Stands at the end.</param>
    /// <param name="parts">What stands before each part, and the part.</param>
    public static void Join(string path, string separator, string tail, IReadOnlyList<(string Head, GrowingFile Part)> parts)
    {
        foreach (var (_, part) in parts) part.Dispose();
        Write(path, stream =>
        {
            using var writer = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
            foreach (var (head, part) in parts)
            {
                writer.Write(head);
                var isFirst = true;
                foreach (var line in File.ReadLines(part.Partial))
                {
                    writer.Write(isFirst ? "\n" : separator + "\n");
                    writer.Write(line);
                    isFirst = false;
                }
            }

            writer.Write(tail);
        });
        foreach (var (_, part) in parts) part.Discard();
    }
}
