using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace Sa2VA.Tensors.Safetensors;

/// <summary>A file mapped read-only, counted: it stays mapped until its owner and every lease have let go. Thread-safe.</summary>
internal sealed unsafe partial class FileMapping
{
    // From <sys/mman.h>, the same number on every Linux.
    private const int MadviseDontNeed = 4;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _start;
    private int _holders = 1;

    private FileMapping(MemoryMappedFile file, MemoryMappedViewAccessor view, long length)
    {
        _file = file;
        _view = view;
        Length = length;
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _start = start;
    }

    /// <summary>Length of the file in bytes when it was mapped.</summary>
    public long Length { get; }

    /// <summary>Where the file's first byte is mapped.</summary>
    public nint Address => (nint)_start;

    /// <summary>Maps a file. The caller holds it, and releases it once.</summary>
    public static FileMapping Open(string path)
    {
        try
        {
            // Asked before opening: opening a named pipe would wait for a writer for ever. Pipes and devices have no length.
            var length = LengthOf(path);
            if (length < SafetensorsHeader.LengthPrefix)
                throw new SafetensorsException(path, $"only {length} bytes long, too short for a safetensors file. Fetch it again.");

            var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            var file = MemoryMappedFile.CreateFromFile(
                stream, mapName: null, capacity: 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
            try
            {
                return new FileMapping(file, file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read), stream.Length);
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SafetensorsException(path, $"cannot be opened: {e.Message}", e);
        }
    }

    /// <summary>Bytes of the file. The caller knows that they are inside it.</summary>
    public ReadOnlySpan<byte> Bytes(long offset, long count)
    {
        if (offset < 0 || count < 0 || count > Length - offset)
            throw new ArgumentOutOfRangeException(nameof(offset), $"Bytes {offset}..{offset + count} of a mapping of {Length} were asked for.");
        return new ReadOnlySpan<byte>(_start + offset, checked((int)count));
    }

    /// <summary>Takes whole pages of a range out of this process's memory; a hint, which may be ignored.</summary>
    public void DropPages(long offset, long count)
    {
        if (!OperatingSystem.IsLinux()) return;
        var page = (long)Environment.SystemPageSize;
        var first = (offset + page - 1) / page * page;
        var end = (offset + count) / page * page;
        if (end > first) _ = madvise((nint)(_start + first), (nuint)(end - first), MadviseDontNeed);
    }

    /// <summary>One more holder.</summary>
    public IDisposable Lease()
    {
        Interlocked.Increment(ref _holders);
        return new Holder(this);
    }

    /// <summary>One holder less; the last one unmaps.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) != 0)
            return;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }

    [LibraryImport("libc")]
    private static partial int madvise(nint address, nuint length, int advice);

    private static long LengthOf(string path)
    {
        var info = new FileInfo(path);
        var target = info.LinkTarget is null ? info : info.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? info;
        return target.Length;
    }

    // libtorch lets go of an owner by dropping it, so a holder that nobody disposes releases when it is collected.
    private sealed class Holder(FileMapping mapping) : IDisposable
    {
        private FileMapping? _mapping = mapping;

#pragma warning disable MA0055 // The finalizer is the release: libtorch's deleter cannot call back into a Dispose that it does not know.
        ~Holder() => Interlocked.Exchange(ref _mapping, null)?.Release();
#pragma warning restore MA0055

        public void Dispose()
        {
            Interlocked.Exchange(ref _mapping, null)?.Release();
            GC.SuppressFinalize(this);
        }
    }
}
