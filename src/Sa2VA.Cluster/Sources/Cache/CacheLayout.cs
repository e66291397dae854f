using System.Security.Cryptography;
using System.Text;

namespace Sa2VA.Cluster.Sources.Cache;

/// <summary>
/// Names in a cache folder: <c>videos/KEY-HASH.mp4</c> with <c>videos/KEY.json</c> about it, <c>partial/KEY.part</c> with
/// <c>partial/KEY.json</c> while it is being fetched, and <c>lock</c>.
/// </summary>
internal sealed class CacheLayout
{
    private const int KeyLength = 32;
    private readonly string _folder;

    public CacheLayout(string folder)
    {
        _folder = Path.GetFullPath(folder);
        Directory.CreateDirectory(Videos);
        Directory.CreateDirectory(Partials);
    }

    public string Videos => Path.Combine(_folder, "videos");

    public string Partials => Path.Combine(_folder, "partial");

    public string Lock => Path.Combine(_folder, "lock");

    /// <summary>A source's key. Sources are not names of files: they are too long, and their queries may hold keys of another kind.</summary>
    public static string KeyOf(string source) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(source)))[..KeyLength];

    public string Entry(string key) => Path.Combine(Videos, key + ".json");

    public string Partial(string key) => Path.Combine(Partials, key + ".part");

    public string Video(string name) => Path.Combine(Videos, name);

    /// <summary>Name of a video's file. The extension is kept, because it is what tells a picture from a film.</summary>
    public static string NameOf(string key, string contentHash, string remoteName)
    {
        var extension = Path.GetExtension(remoteName).ToLowerInvariant();
        return $"{key}-{contentHash[..16]}{(extension.Length is > 1 and <= 6 && extension.Skip(1).All(char.IsAsciiLetterOrDigit) ? extension : "")}";
    }

    /// <summary>The note about a video's file.</summary>
    public string EntryOf(string videoPath) => Entry(Path.GetFileName(videoPath)[..KeyLength]);
}
