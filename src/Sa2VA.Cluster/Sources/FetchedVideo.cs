namespace Sa2VA.Cluster.Sources;

/// <summary>
/// A video on this machine. It stays where it is until disposed of; then a copy from elsewhere may make room for others. A file under a
/// root is used in place. Disposing twice does nothing.
/// </summary>
public sealed class FetchedVideo : IDisposable
{
    private IDisposable? _hold;

    internal FetchedVideo(string source, string path, long bytes, string contentHash, IDisposable? hold)
        => (Source, LocalPath, Bytes, ContentHash, _hold) = (source, path, bytes, contentHash, hold);

    /// <summary>What was asked for, without the query of an address, which may hold a key.</summary>
    public string Source { get; }

    /// <summary>The file, or the folder of pictures: a real path without links.</summary>
    public string LocalPath { get; }

    /// <summary>Its size; the sum of the pictures for a folder.</summary>
    public long Bytes { get; }

    /// <summary>
    /// SHA-256 of the file, 64 hexadecimal digits. For a folder, of the lines <c>{SHA-256 of the picture}  {its name}\n</c> in the order of
    /// the frames, as <c>sha256sum *.jpg | sha256sum</c> prints it.
    /// </summary>
    public string ContentHash { get; }

    /// <inheritdoc/>
    public void Dispose() => Interlocked.Exchange(ref _hold, null)?.Dispose();
}
