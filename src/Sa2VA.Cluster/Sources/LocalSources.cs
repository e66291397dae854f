using Sa2VA.Cluster.Sources.Files;

namespace Sa2VA.Cluster.Sources;

/// <summary>
/// Finds videos in files under configured folders, and nowhere else: no address is ever asked for, and neither <c>..</c> nor a link gets out of a
/// folder. Unlike <see cref="SourceFetcher"/> it reads nothing of them. Safe to call from several threads.
/// </summary>
public sealed class LocalSources
{
    private readonly RootedFiles? _files;

    /// <param name="roots">The folders; none finds nothing.</param>
    /// <exception cref="Settings.SettingsException">One is malformed, or cannot be read.</exception>
    public LocalSources(IReadOnlyList<FileRoot> roots)
    {
        ArgumentNullException.ThrowIfNull(roots);
        if (roots.Count == 0) return;
        var settings = new SourceSettings { Roots = roots };
        SourceRules.Check(settings);
        _files = new RootedFiles(settings);
    }

    /// <summary>The file, or the folder of pictures, that a source names: a real path without links.</summary>
    /// <exception cref="SourceException">It is not under a root, not there, or no file at all.</exception>
    public LocalSource Find(string source)
    {
        var shown = SourceAddress.Shown(source);
        if (SourceAddress.Parse(source) is not SourceAddress.File file)
            throw new SourceException(SourceErrorKind.NotAllowed, $"'{shown}' is not a file; only files under configured folders are shown.");
        if (_files is null) throw new SourceException(SourceErrorKind.NotAllowed, $"'{shown}' is a file, and no folder is configured whose files may be shown.");
        var found = _files.Find(file, shown);
        return new LocalSource(found.Path, found.IsFolder, found.Bytes);
    }
}

/// <summary>A video on this machine.</summary>
/// <param name="Path">The file, or the folder of pictures.</param>
/// <param name="IsFolder">Whether it is a folder of pictures.</param>
/// <param name="Bytes">Its size.</param>
public sealed record LocalSource(string Path, bool IsFolder, long Bytes);
