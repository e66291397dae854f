using System.Runtime.InteropServices;

namespace Sa2VA.Tensors.Safetensors;

/// <summary>The last step of an atomic write: a rename that survives a power cut.</summary>
public static partial class DurableFile
{
    private const int ReadOnly = 0;

    /// <summary>A name beside the path that no other writer uses, on the same file system.</summary>
    public static string TemporaryName(string path) => $"{path}.{Guid.NewGuid():n}.tmp";

    /// <summary>Renames over whatever has the name, then flushes the folder, which holds the name.</summary>
    public static void Rename(string from, string to)
    {
        File.Move(from, to, overwrite: true);
        FlushFolder(Path.GetDirectoryName(Path.GetFullPath(to))!);
    }

    /// <summary>Writes a small file whole: temporary file, flush, rename.</summary>
    public static void WriteAllBytes(string path, ReadOnlySpan<byte> bytes)
    {
        var temporary = TemporaryName(path);
        try
        {
            using (var handle = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                RandomAccess.Write(handle, bytes, fileOffset: 0);
                RandomAccess.FlushToDisk(handle);
            }

            Rename(temporary, path);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    // .NET opens no folders, and Windows needs no flush of them.
    private static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        var descriptor = Open(folder, ReadOnly);
        if (descriptor < 0)
            return;
        _ = Flush(descriptor);
        _ = Close(descriptor);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Flush(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
