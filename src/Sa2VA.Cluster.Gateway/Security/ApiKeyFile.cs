using System.Text.Json;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.Gateway.Security;

/// <summary>
/// The keys of a gateway, in a file of its own. It is read again when it has changed, so that keys are added and taken back while gateways run.
/// Safe to use from several threads.
/// </summary>
public sealed class ApiKeyFile
{
    private static readonly JsonSerializerOptions Written = new(SettingsFile.Options) { WriteIndented = true };

    private readonly string _path;
    private readonly Lock _gate = new();
    private Dictionary<string, ApiKey> _keys;
    private DateTime _writtenAt;

    /// <summary>Reads a file.</summary>
    /// <exception cref="SettingsException">It cannot be read, or a key in it is malformed.</exception>
    public ApiKeyFile(string path)
    {
        _path = path;
        _writtenAt = File.GetLastWriteTimeUtc(path);
        _keys = Read(path);
    }

    /// <summary>A key that is not expired, by the secret that a caller shows; null when there is none.</summary>
    public ApiKey? Find(string secret, DateTimeOffset now)
    {
        if (ApiKey.IdOf(secret) is not { } id || !Current().TryGetValue(id, out var key)) return null;
        return key.Matches(secret) && !(key.Expires <= now) ? key : null;
    }

    /// <summary>Adds a key to a file, which is made, for its owner alone, when it is not there.</summary>
    public static void Add(string path, ApiKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        ApiKey[] keys = [.. File.Exists(path) ? Read(path).Values : Enumerable.Empty<ApiKey>(), key];
        Write(path, keys);
    }

    /// <summary>Takes a key out of a file; false when it is not there.</summary>
    public static bool Remove(string path, string id)
    {
        var keys = Read(path);
        if (!keys.Remove(id)) return false;
        Write(path, [.. keys.Values]);
        return true;
    }

    /// <summary>The keys of a file.</summary>
    /// <exception cref="SettingsException">It cannot be read, or a key in it is malformed.</exception>
    public static IReadOnlyCollection<ApiKey> List(string path) => Read(path).Values;

    private static void Write(string path, IReadOnlyList<ApiKey> keys)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(path + ".partial", options))
            JsonSerializer.Serialize(file, new Content(keys), Written);
        File.Move(path + ".partial", path, overwrite: true);
    }

    private static Dictionary<string, ApiKey> Read(string path)
    {
        var keys = new Dictionary<string, ApiKey>(StringComparer.Ordinal);
        foreach (var key in SettingsFile.Read<Content>(path).Keys)
        {
            if (key.Sha256.Length != 64 || !key.Sha256.All(char.IsAsciiHexDigitLower))
                throw new SettingsException($"'{path}': the hash of key '{key.Id}' is not one of SHA-256. Make keys with 'sa2va-gateway keys add'.");
            if (key.Scopes.Except(Scope.All, StringComparer.Ordinal).FirstOrDefault() is { } unknown)
                throw new SettingsException($"'{path}': key '{key.Id}' has the scope '{unknown}'; there are {string.Join(", ", Scope.All)}.");
            if (!keys.TryAdd(key.Id, key))
                throw new SettingsException($"'{path}': there are two keys '{key.Id}'.");
        }

        return keys;
    }

    private Dictionary<string, ApiKey> Current()
    {
        lock (_gate)
        {
            var writtenAt = File.GetLastWriteTimeUtc(_path);
            if (writtenAt == _writtenAt) return _keys;
            try
            {
                (_keys, _writtenAt) = (Read(_path), writtenAt);
            }
            catch (SettingsException)
            {
                // Half written, or broken by hand: the keys that were good stay good until it is whole again.
            }

            return _keys;
        }
    }

    private sealed record Content(IReadOnlyList<ApiKey> Keys);
}
