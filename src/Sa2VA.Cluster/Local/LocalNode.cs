namespace Sa2VA.Cluster.Local;

/// <summary>A node on this machine (<c>sa2va node</c>), in the folder <c>nodes</c>. Models are loaded with the first video.</summary>
/// <param name="dataFolder">Of the cluster.</param>
/// <param name="name">Its name among the nodes.</param>
public sealed class LocalNode(string dataFolder, string name) : LocalProcess(FolderIn(dataFolder), name, TakesWork)
{
    // The event of NodeLog with which a node says that it takes work; the log must be in text, which is its default.
    private const string TakesWork = "[2001]";

    /// <summary>Those of a folder that were started and not stopped since, by number: they run, or have ended by themselves.</summary>
    public static IReadOnlyList<LocalNode> Of(string dataFolder) => Directory.Exists(FolderIn(dataFolder))
        ? [.. Directory.EnumerateFiles(FolderIn(dataFolder), "*" + RecordEnding).Select(file => Path.GetFileNameWithoutExtension(file))
            .OrderBy(name => name.Length).ThenBy(name => name, StringComparer.Ordinal).Select(name => new LocalNode(dataFolder, name))]
        : [];

    private static string FolderIn(string dataFolder) => Path.Combine(Path.GetFullPath(dataFolder), "nodes");
}
