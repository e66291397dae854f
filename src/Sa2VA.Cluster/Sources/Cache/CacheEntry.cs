using System.Text.Json;
using Sa2VA.Cluster.Sources.Remote;
using Sa2VA.Cluster.Storage;

namespace Sa2VA.Cluster.Sources.Cache;

/// <summary>What is known of a fetched video: a small file beside it.</summary>
/// <param name="Source">For people who look into the folder.</param>
/// <param name="File">Name of the file with the bytes. Its name has part of the hash, so that another version never takes its place.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="ContentHash">Its SHA-256.</param>
/// <param name="Version">By what the server tells versions apart; null when it does not.</param>
/// <param name="CheckedAt">When the server last said that this is what it has.</param>
internal sealed record CacheEntry(string Source, string File, long Bytes, string ContentHash, RemoteVersion? Version, DateTimeOffset CheckedAt)
{
    /// <summary>Null when there is none, or only a damaged one.</summary>
    public static CacheEntry? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<CacheEntry>(System.IO.File.ReadAllBytes(path));
        }
        catch (Exception failure) when (failure is FileNotFoundException or JsonException)
        {
            return null;
        }
    }

    public void Write(string path) => AtomicFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(this));
}
