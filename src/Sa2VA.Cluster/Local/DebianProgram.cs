namespace Sa2VA.Cluster.Local;

/// <summary>A program of one of Debian's packages.</summary>
/// <param name="Name">File name.</param>
/// <param name="Package">The package that brings it.</param>
/// <param name="Folders">Where that package puts it, when that is no folder of <c>PATH</c>.</param>
internal sealed record DebianProgram(string Name, string Package, params string[] Folders)
{
    /// <summary>Full path, or null when it is not installed. The package's own folders come before <c>PATH</c>.</summary>
    public string? Find() => Folders.Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries))
        .Concat(["/usr/bin", "/usr/sbin"])
        .Select(folder => Path.Combine(folder, Name))
        .FirstOrDefault(File.Exists);

    /// <summary>Full path.</summary>
    /// <exception cref="LocalServerException">It is not installed.</exception>
    public string Require() => Find() ?? throw new LocalServerException(
        $"The program {Name} is not installed. It comes with Debian's package {Package}: run 'scripts/setup.sh --servers', or 'apt-get install {Package}'.");
}
