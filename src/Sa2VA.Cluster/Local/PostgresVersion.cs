using System.Globalization;

namespace Sa2VA.Cluster.Local;

/// <summary>One of the versions of PostgreSQL that are installed side by side, as Debian does.</summary>
/// <param name="Major">Its data can be used by no other.</param>
/// <param name="Programs">The folder of its programs.</param>
internal sealed record PostgresVersion(int Major, string Programs)
{
    private const string Root = "/usr/lib/postgresql";

    /// <summary>Null when none is installed.</summary>
    public static PostgresVersion? Newest => Installed().MaxBy(version => version.Major);

    /// <summary>The one that made this data.</summary>
    /// <exception cref="LocalServerException">It is not installed any more.</exception>
    public static PostgresVersion Of(string data)
    {
        var major = File.ReadAllText(Path.Combine(data, "PG_VERSION")).Trim();
        return Installed().FirstOrDefault(version => version.Major.ToString(CultureInfo.InvariantCulture) == major)
            ?? throw new LocalServerException($"The data in '{data}' was made by PostgreSQL {major}, which is not installed: run 'apt-get install postgresql-{major}'.");
    }

    private static IEnumerable<PostgresVersion> Installed() => Directory.Exists(Root)
        ? Directory.EnumerateDirectories(Root)
            .Where(folder => File.Exists(Path.Combine(folder, "bin", "postgres")) && File.Exists(Path.Combine(folder, "bin", "initdb")))
            .Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var major) ? new PostgresVersion(major, Path.Combine(folder, "bin")) : null)
            .OfType<PostgresVersion>()
        : [];
}
