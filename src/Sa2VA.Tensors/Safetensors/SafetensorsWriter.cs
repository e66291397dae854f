using System.Collections.Immutable;
using Microsoft.Win32.SafeHandles;

namespace Sa2VA.Tensors.Safetensors;

/// <summary>
/// Writes a safetensors file as a stream: the header first, from declarations alone, then the data in any order and in pieces of any
/// size, so that a file larger than memory can be written. The file appears under its name only when <see cref="Commit"/> has put
/// all of it on the disk; a crash before that leaves whatever was there before.
/// </summary>
public sealed class SafetensorsWriter : IDisposable
{
    private readonly string _path;
    private readonly string _temporary;
    private readonly SafeFileHandle _handle;
    private readonly Dictionary<string, (SafetensorsEntry Entry, long Written)> _tensors;
    private readonly long _dataStart;
    private bool _committed;

    private SafetensorsWriter(string path, string temporary, SafeFileHandle handle, ImmutableArray<SafetensorsEntry> entries, byte[] header)
    {
        _path = path;
        _temporary = temporary;
        _handle = handle;
        _tensors = entries.ToDictionary(entry => entry.Name, entry => (entry, 0L), StringComparer.Ordinal);
        _dataStart = header.Length;
        Entries = entries;
        RandomAccess.Write(handle, header, fileOffset: 0);
    }

    /// <summary>Where each tensor goes, in the order of the data: appending in this order writes the file from front to back.</summary>
    public ImmutableArray<SafetensorsEntry> Entries { get; }

    /// <summary>Begins a file beside <paramref name="path"/> and writes its header.</summary>
    /// <exception cref="SafetensorsException">A name is given twice, or the header would be too long.</exception>
    /// <exception cref="IOException">The disk refuses.</exception>
    public static SafetensorsWriter Create(
        string path, IEnumerable<SafetensorsDeclaration> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var entries = SafetensorsLayout.Arrange(path, tensors);
        var header = SafetensorsLayout.Header(path, entries, metadata ?? ImmutableDictionary<string, string>.Empty);
        var temporary = DurableFile.TemporaryName(path);
        var handle = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None,
            preallocationSize: header.Length + entries.Sum(entry => entry.ByteCount));
        try
        {
            return new SafetensorsWriter(path, temporary, handle, entries, header);
        }
        catch
        {
            handle.Dispose();
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Writes the next bytes of a tensor, little-endian and contiguous.</summary>
    /// <exception cref="SafetensorsException">The tensor was not declared, or is longer than declared.</exception>
    public void Append(string name, ReadOnlySpan<byte> data)
    {
        if (!_tensors.TryGetValue(name, out var tensor))
            throw new SafetensorsException(_path, name, "cannot be written: it was not declared.");
        var (entry, written) = tensor;
        if (data.Length > entry.ByteCount - written)
            throw new SafetensorsException(_path, name, $"cannot be written: {entry} takes {entry.ByteCount} bytes, but {written + data.Length} were given.");

        RandomAccess.Write(_handle, data, _dataStart + entry.Offset + written);
        _tensors[name] = (entry, written + data.Length);
    }

    /// <summary>Makes the file durable and visible, replacing one of the same name.</summary>
    /// <exception cref="SafetensorsException">A tensor is not complete.</exception>
    public void Commit()
    {
        foreach (var (entry, written) in _tensors.Values)
        {
            if (written != entry.ByteCount)
                throw new SafetensorsException(_path, entry.Name, $"cannot be written: {entry} takes {entry.ByteCount} bytes, but only {written} were given.");
        }

        RandomAccess.FlushToDisk(_handle);
        _handle.Dispose();
        DurableFile.Rename(_temporary, _path);
        _committed = true;
    }

    /// <summary>Removes what was written when it was not committed.</summary>
    public void Dispose()
    {
        _handle.Dispose();
        if (!_committed)
            File.Delete(_temporary);
    }
}
