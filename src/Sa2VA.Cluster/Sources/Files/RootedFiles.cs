using Sa2VA.Cluster.Settings;
using Sa2VA.Media;

namespace Sa2VA.Cluster.Sources.Files;

/// <summary>
/// Finds files under the configured roots. What is checked is where a path really leads, links followed, and that real path is what is
/// read later: neither <c>..</c> nor a link gets out of a root.
/// </summary>
internal sealed class RootedFiles
{
    private readonly IReadOnlyList<(FileRoot Root, string Real)> _roots;
    private readonly long _maxBytes;

    public RootedFiles(SourceSettings settings)
    {
        _roots = [.. settings.Roots.Select(root => (root, Real(root.Path)))];
        _maxBytes = settings.MaxBytes;
    }

    /// <exception cref="SourceException">It is outside of the roots, missing, too large or not readable.</exception>
    public RootedVideo Find(SourceAddress.File address, string shown)
    {
        var path = Locate(address, shown);
        try
        {
            var real = RealPath.Of(path);
            if (!_roots.Any(root => RealPath.IsInside(real, root.Real))) throw Outside(shown);
            return Directory.Exists(real) ? FindPictures(real, shown) : FindFile(real, shown);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SourceException(SourceErrorKind.Unreadable, $"'{shown}' cannot be read: {failure.Message}", failure);
        }
    }

    private string Locate(SourceAddress.File address, string shown)
    {
        if (_roots.Count == 0) throw NotAllowed($"'{shown}' is a path, and no folder may be read: add one to sources.roots.");
        if (address.Root is { } name)
        {
            var root = _roots.FirstOrDefault(r => r.Root.Name == name).Real ?? throw NotAllowed(
                $"'{shown}': there is no root '{name}'; {Names()}. A file whose own name has a colon is written './{shown}'.");
            return Path.IsPathRooted(address.Path)
                ? throw NotAllowed($"'{shown}': the path after '{name}:' counts from that root; write it without a leading '/'.")
                : Path.Combine(root, address.Path);
        }

        if (Path.IsPathRooted(address.Path)) return address.Path;
        // With several roots a relative path counts from the only one that has no name.
        var unnamed = _roots.Count == 1 ? [_roots[0].Real] : _roots.Where(r => r.Root.Name is null).Select(r => r.Real).ToList();
        return unnamed is [var only]
            ? Path.Combine(only, address.Path)
            : throw NotAllowed($"'{shown}' is relative, and there are {_roots.Count} roots: write name:path or the full path; {Names()}.");
    }

    private RootedVideo FindFile(string real, string shown)
    {
        if (!File.Exists(real)) throw new SourceException(SourceErrorKind.NotFound, $"There is no video '{shown}' on this machine. Check its name, and that the root is mounted here.");
        var file = new FileInfo(real);
        if (file.Length == 0) throw new SourceException(SourceErrorKind.Unreadable, $"'{shown}' is empty (0 bytes, or not a regular file).");
        CheckSize(file.Length, shown);
        return new RootedVideo(real, IsFolder: false, [new RootedFile(file.Name, file)], file.Length);
    }

    private RootedVideo FindPictures(string real, string shown)
    {
        try
        {
            var pictures = VideoFiles.Of(real).Select(picture => Picture(picture, shown)).ToList();
            var bytes = pictures.Sum(p => p.File.Length);
            CheckSize(bytes, shown);
            return new RootedVideo(real, IsFolder: true, pictures, bytes);
        }
        catch (MediaException failure)
        {
            throw new SourceException(SourceErrorKind.Unreadable, failure.Message, failure);
        }
    }

    /// <summary>A picture of the folder may be a link, to another place under a root.</summary>
    private RootedFile Picture(string path, string shown)
    {
        var picture = new FileInfo(path);
        if (picture.LinkTarget is null) return new RootedFile(picture.Name, picture);
        var real = RealPath.Of(path);
        return _roots.Any(root => RealPath.IsInside(real, root.Real))
            ? new RootedFile(picture.Name, new FileInfo(real)) : throw NotAllowed($"'{shown}' holds '{picture.Name}', a link that leads out of the folders of sources.roots.");
    }

    private void CheckSize(long bytes, string shown)
    {
        if (bytes > _maxBytes)
            throw new SourceException(SourceErrorKind.TooLarge, $"'{shown}' has {bytes:N0} bytes; at most {_maxBytes:N0} are taken (sources.maxBytes).");
    }

    private string Names()
    {
        var names = _roots.Where(r => r.Root.Name is not null).Select(r => r.Root.Name).ToList();
        return names.Count == 0 ? "none of sources.roots has a name" : "the names are " + string.Join(", ", names);
    }

    // What is outside is not looked at, so the answer does not tell whether it exists.
    private static SourceException Outside(string shown)
        => NotAllowed($"'{shown}' is not in a folder that may be read, or leads out of it. Move it there, or add its folder to sources.roots.");

    private static SourceException NotAllowed(string message) => new(SourceErrorKind.NotAllowed, message);

    private static string Real(string root)
    {
        try
        {
            return RealPath.Of(root);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"sources.roots has '{root}', which cannot be read: {failure.Message}", failure);
        }
    }
}

/// <summary>A file, or a folder of pictures in the order of its frames.</summary>
internal sealed record RootedVideo(string Path, bool IsFolder, IReadOnlyList<RootedFile> Files, long Bytes);

/// <summary>A file that may be read. A picture that is a link has the link's name, which decides its place among the frames.</summary>
internal sealed record RootedFile(string Name, FileInfo File);
