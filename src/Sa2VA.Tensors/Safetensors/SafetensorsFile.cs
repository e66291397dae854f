using System.Collections.Immutable;

namespace Sa2VA.Tensors.Safetensors;

/// <summary>
/// A safetensors file, memory-mapped and read-only: opening it reads the header, and the operating system fetches the data when
/// somebody touches it. The header is verified completely, so that every entry is known to lie inside the file.
/// The file must not be changed while it is open: what was mapped would change, or vanish, with it.
/// </summary>
public sealed class SafetensorsFile : IDisposable
{
    private readonly FileMapping _mapping;
    private readonly SafetensorsHeader _header;
    private readonly Dictionary<string, SafetensorsEntry> _byName;
    private bool _disposed;

    private SafetensorsFile(string path, FileMapping mapping, SafetensorsHeader header)
    {
        Path = path;
        _mapping = mapping;
        _header = header;
        _byName = header.Entries.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
    }

    /// <summary>The path as it was given.</summary>
    public string Path { get; }

    /// <summary>Every tensor, in the order of the data.</summary>
    public ImmutableArray<SafetensorsEntry> Entries => _header.Entries;

    /// <summary>The header's free strings (<c>__metadata__</c>), sorted by key; often <c>format: pt</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>Bytes of tensor data.</summary>
    public long DataBytes => _mapping.Length - _header.DataStart;

    /// <summary>The entry of that name.</summary>
    /// <exception cref="SafetensorsException">There is none.</exception>
    public SafetensorsEntry this[string name] =>
        _byName.TryGetValue(name, out var entry) ? entry : throw new SafetensorsException(Path, name, "is not in this file.");

    /// <summary>Maps a file and verifies its header.</summary>
    /// <exception cref="SafetensorsException">The file is absent, unreadable, damaged, hostile, or something else.</exception>
    public static SafetensorsFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var mapping = FileMapping.Open(path);
        try
        {
            var length = SafetensorsHeader.ReadLength(path, mapping.Bytes(0, Math.Min(mapping.Length, 64)), mapping.Length);
            var head = mapping.Bytes(0, SafetensorsHeader.LengthPrefix + length);
            return new SafetensorsFile(path, mapping, SafetensorsHeader.Parse(path, head, mapping.Length));
        }
        catch
        {
            mapping.Release();
            throw;
        }
    }

    /// <summary>Finds an entry by name.</summary>
    public bool TryGet(string name, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SafetensorsEntry? entry) => _byName.TryGetValue(name, out entry);

    /// <summary>The data of an entry of this file; valid until the file is disposed. At most 2 GB: use <see cref="Pointer"/> beyond.</summary>
    public ReadOnlySpan<byte> Bytes(SafetensorsEntry entry)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (entry.ByteCount > int.MaxValue)
            throw new SafetensorsException(Path, entry.Name, $"is {entry.ByteCount} bytes long, too much for one span.");
        return _mapping.Bytes(_header.DataStart + Own(entry).Offset, entry.ByteCount);
    }

    /// <summary>Address of the first byte of an entry; valid until the file is disposed and every lease on it is given back.</summary>
    public nint Pointer(SafetensorsEntry entry)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _mapping.Address + (nint)(_header.DataStart + Own(entry).Offset);
    }

    /// <summary>Lets the system take back the memory of an entry's pages; they are read from the file again when they are looked at again.</summary>
    public void DropPages(SafetensorsEntry entry)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _mapping.DropPages(_header.DataStart + Own(entry).Offset, entry.ByteCount);
    }

    /// <summary>
    /// Keeps the mapping alive, also after <see cref="Dispose"/>, until the lease is disposed. Whoever views the data without
    /// copying it holds one.
    /// </summary>
    public IDisposable Lease()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _mapping.Lease();
    }

    /// <summary>Ends the mapping, or leaves that to the last lease.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _mapping.Release();
    }

    // An entry of another file would make this one hand out bytes beyond its end.
    private SafetensorsEntry Own(SafetensorsEntry entry) =>
        _byName.TryGetValue(entry.Name, out var own) && ReferenceEquals(own, entry)
            ? own
            : throw new ArgumentException($"'{entry.Name}' is not an entry of '{Path}'.", nameof(entry));
}
