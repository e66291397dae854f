using System.Security.Cryptography;
using System.Text.Json;
using Sa2VA.Cluster.Sources.Remote;
using Sa2VA.Cluster.Storage;

namespace Sa2VA.Cluster.Sources.Cache;

/// <summary>
/// A video on its way here. Whoever has it open is the only one on this machine that fetches it. It outlives its process: the next one
/// goes on behind the last byte that is known to be on the disk.
/// </summary>
internal sealed class PartialFile
{
    // So much is fetched again after a power cut, at most.
    private const long SyncEveryBytes = 64L << 20;

    private readonly string _path;
    private readonly FileStream _file;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private PartialNote _note;

    private PartialFile(string path, FileStream file, PartialNote note) => (_path, _file, _note) = (path, file, note);

    /// <summary>Bytes that are here.</summary>
    public long Length { get; private set; }

    /// <summary>The server's version that they are of; null when nothing is here or the server does not tell versions apart.</summary>
    public RemoteVersion? Version => _note.Version;

    /// <summary>Bytes that the cache keeps free for it.</summary>
    public long Reserved => _note.Reserved;

    /// <summary>Opens or makes it; null when another is fetching it. The cache's lock must be held.</summary>
    public static PartialFile? TryOpen(string path)
        => FileLock.TryExclusive(path, FileMode.OpenOrCreate) is { } file ? new PartialFile(path, file, PartialNote.Read(path) ?? new PartialNote(null, 0, 0)) : null;

    /// <summary>Bytes that a partial file takes or will take.</summary>
    public static long SizeOf(FileInfo partial) => Math.Max(partial.Length, PartialNote.Read(partial.FullName)?.Reserved ?? 0);

    /// <summary>Removes one and its note.</summary>
    public static void Delete(string path)
    {
        File.Delete(path);
        File.Delete(PartialNote.PathOf(path));
    }

    /// <summary>Reads again what an earlier process left, as far as it is known to be whole.</summary>
    public async Task RecoverAsync(CancellationToken cancellationToken)
    {
        var usable = _note.Version is { CanResume: true } ? Math.Min(_note.Durable, _file.Length) : 0;
        _file.SetLength(usable);
        _file.Position = 0;
        var buffer = new byte[1 << 18];
        while (await _file.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            _hash.AppendData(buffer, 0, read);
            Length += read;
        }
    }

    /// <summary>Forgets what is here and begins with another version.</summary>
    public void Restart(RemoteVersion? version)
    {
        _file.SetLength(0);
        _file.Position = 0;
        _ = _hash.GetHashAndReset();
        Length = 0;
        Note(new PartialNote(version, Durable: 0, _note.Reserved));
    }

    /// <summary>Tells the other processes how large it will be.</summary>
    public void Reserve(long bytes) => Note(_note with { Reserved = bytes });

    public async Task AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await _file.WriteAsync(bytes, cancellationToken);
        _hash.AppendData(bytes.Span);
        Length += bytes.Length;
        if (Length - _note.Durable >= SyncEveryBytes) Sync();
    }

    /// <summary>Makes what is here durable, closes the file, and returns its SHA-256. It stays where it is.</summary>
    public async Task<string> CompleteAsync()
    {
        Sync();
        await _file.DisposeAsync();
        return Convert.ToHexStringLower(_hash.GetHashAndReset());
    }

    /// <summary>
    /// Closes it. What is here is kept for whoever tries next, or removed when nothing is. The cache's lock must be held, or another
    /// process could open the file in the moment before it is removed and lock what nobody will find.
    /// </summary>
    /// <param name="now">When it was used last.</param>
    public async ValueTask CloseAsync(DateTimeOffset now)
    {
        _hash.Dispose();
        if (!_file.CanWrite) return;
        try
        {
            if (Length == 0)
            {
                Delete(_path);
            }
            else
            {
                Sync();
                File.SetLastWriteTimeUtc(_file.SafeFileHandle, now.UtcDateTime);
            }
        }
        finally
        {
            await _file.DisposeAsync();
        }
    }

    private void Sync()
    {
        _file.Flush(flushToDisk: true);
        Note(_note with { Durable = Length });
    }

    private void Note(PartialNote note)
    {
        note.Write(_path);
        _note = note;
    }

    /// <summary>What a process leaves for the next one.</summary>
    private sealed record PartialNote(RemoteVersion? Version, long Durable, long Reserved)
    {
        public static string PathOf(string partial) => Path.ChangeExtension(partial, ".json");

        public static PartialNote? Read(string partial)
        {
            try
            {
                return JsonSerializer.Deserialize<PartialNote>(File.ReadAllBytes(PathOf(partial)));
            }
            catch (Exception failure) when (failure is FileNotFoundException or JsonException)
            {
                return null;
            }
        }

        public void Write(string partial) => AtomicFile.Write(PathOf(partial), JsonSerializer.SerializeToUtf8Bytes(this));
    }
}
