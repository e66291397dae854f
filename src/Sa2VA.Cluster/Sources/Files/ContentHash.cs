using System.Security.Cryptography;
using System.Text;

namespace Sa2VA.Cluster.Sources.Files;

/// <summary>SHA-256 of what a video consists of. See <see cref="FetchedVideo.ContentHash"/> for the definition.</summary>
internal static class ContentHash
{
    private const int BufferBytes = 1 << 20;

    /// <summary>Of a file, or of the pictures of a folder; remembered hashes of unchanged files are used.</summary>
    /// <exception cref="SourceException">A file changed while it was read.</exception>
    public static async Task<string> OfAsync(RootedVideo video, HashMemory memory, string shown, CancellationToken cancellationToken)
    {
        // One memory for a whole folder: a video of stills has as many files as frames.
        var stamp = Stamp(video);
        if (memory.Find(video.Path, stamp) is { } known) return known;
        var hash = video.IsFolder ? await OfFolderAsync(video, cancellationToken) : await ReadAsync(video.Path, cancellationToken);
        foreach (var file in video.Files) file.File.Refresh();
        if (video.Files.Any(f => !f.File.Exists) || Stamp(video) != stamp)
            throw new SourceException(SourceErrorKind.Unreachable, $"'{shown}' changed while it was read. It will be read again; leave it alone once it is in its place.");
        memory.Keep(video.Path, stamp, hash, video.Files.Max(f => f.File.LastWriteTimeUtc));
        return hash;
    }

    private static async Task<string> OfFolderAsync(RootedVideo video, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var picture in video.Files)
            hash.AppendData(Encoding.UTF8.GetBytes($"{await ReadAsync(picture.File.FullName, cancellationToken)}  {picture.Name}\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>SHA-256 of a file as it is now.</summary>
    public static async Task<string> ReadAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, new FileStreamOptions
        {
            Access = FileAccess.Read, Share = FileShare.ReadWrite | FileShare.Delete, Options = FileOptions.Asynchronous | FileOptions.SequentialScan, BufferSize = BufferBytes,
        });
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken));
    }

    /// <summary>Changes whenever a file is added, removed, renamed, resized or written.</summary>
    private static string Stamp(RootedVideo video)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, file) in video.Files) hash.AppendData(Encoding.UTF8.GetBytes($"{name}\n{file.Length}:{file.LastWriteTimeUtc.Ticks}\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
