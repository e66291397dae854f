namespace Sa2VA.Testing;

/// <summary>
/// Recorded activations of the official code. <c>SA2VA_GOLDEN</c> names another set of the same layout; without it the set under
/// <c>tests/golden</c> is used. Tests ask which folders there are instead of naming them.
/// </summary>
public static class Golden
{
    /// <summary>The environment variable that names another set.</summary>
    public const string Variable = "SA2VA_GOLDEN";

    private static readonly Lazy<string> LazyRoot = new(FindRoot);

    /// <summary>The folder of the set.</summary>
    public static string Root => LazyRoot.Value;

    /// <summary>
    /// The folders of an area that hold a case, relative to the root and sorted: <c>Folders("sam2")</c> gives <c>sam2/hiera</c>,
    /// <c>sam2/video_box</c> and so on; <c>Folders("sam2", "video_")</c> only those whose last name begins so. An area may be a case.
    /// </summary>
    /// <exception cref="DirectoryNotFoundException">There is none, so a test over them would prove nothing.</exception>
    public static IReadOnlyList<string> Folders(string area, string prefix = "")
    {
        var start = Path.Combine(Root, area);
        var found = !Directory.Exists(start)
            ? []
            : Directory.EnumerateFiles(start, "config.json", SearchOption.AllDirectories)
                .Select(file => Path.GetDirectoryName(file)!)
                .Where(folder => Path.GetFileName(folder).StartsWith(prefix, StringComparison.Ordinal))
                .Select(folder => Path.GetRelativePath(Root, folder).Replace('\\', '/'))
                .Order(StringComparer.Ordinal)
                .ToList();
        return found.Count > 0
            ? found
            : throw new DirectoryNotFoundException($"No golden case '{area}/{prefix}*' under '{Root}'. Copy it there, or let {Variable} name a set that has it.");
    }

    /// <summary>Whether the set has a case.</summary>
    public static bool Has(string folder) => File.Exists(Path.Combine(Root, folder, "config.json"));

    /// <summary>Opens a case by its path relative to the root.</summary>
    public static GoldenFolder Open(string folder) => new(folder, Path.Combine(Root, folder));

    private static string FindRoot()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
        {
            return Directory.Exists(named)
                ? Path.GetFullPath(named)
                : throw new DirectoryNotFoundException($"{Variable} names '{named}', which is not a folder.");
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            foreach (var candidate in (string[])[Path.Combine(folder.FullName, "golden"), Path.Combine(folder.FullName, "tests", "golden")])
            {
                if (Directory.Exists(candidate))
                    return candidate;
            }
        }

        throw new DirectoryNotFoundException($"No folder 'tests/golden' above '{AppContext.BaseDirectory}'. Set {Variable} to the golden set.");
    }
}
