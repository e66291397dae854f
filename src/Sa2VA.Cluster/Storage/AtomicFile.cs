using System.Runtime.InteropServices;

namespace Sa2VA.Cluster.Storage;

/// <summary>
/// Files that are either the old or the new version, never half of one, whatever kills the process or the machine:
/// written beside, synced, renamed, and the folder synced.
/// </summary>
internal static partial class AtomicFile
{
    /// <summary>Replaces the file by these bytes.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var beside = Beside(path);
        using (var handle = File.OpenHandle(beside, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            RandomAccess.Write(handle, content, fileOffset: 0);
            RandomAccess.FlushToDisk(handle);
        }

        Publish(beside, path);
    }

    /// <summary>Replaces the file by what <paramref name="write"/> puts at the path that it is given.</summary>
    public static void Write(string path, Action<string> write)
    {
        var beside = Beside(path);
        write(beside);
        Sync(beside);
        Publish(beside, path);
    }

    /// <summary>Replaces the file by what <paramref name="write"/> puts at the path that it is given. Once it is written, cancelling still leaves the old version.</summary>
    public static async Task WriteAsync(string path, Func<string, Task> write, CancellationToken cancellationToken)
    {
        var beside = Beside(path);
        await write(beside);
        Sync(beside);
        cancellationToken.ThrowIfCancellationRequested();
        Publish(beside, path);
    }

    // One writer per folder at a time (the epoch sees to it), so one name is enough and leftovers do not pile up.
    private static string Beside(string path) => path + ".new";

    private static void Sync(string file)
    {
        using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        RandomAccess.FlushToDisk(handle);
    }

    private static void Publish(string beside, string path)
    {
        File.Move(beside, path, overwrite: true);
        SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>Makes the rename itself durable. .NET opens no folders, hence the calls; other systems sync with the file.</summary>
    private static void SyncFolder(string folder)
    {
        if (!OperatingSystem.IsLinux()) return;
        var descriptor = Open(folder, flags: 0);
        if (descriptor < 0) throw new IOException($"Cannot open the folder '{folder}' to sync it (error {Marshal.GetLastPInvokeError()}).");
        var failed = Fsync(descriptor) != 0;
        var error = Marshal.GetLastPInvokeError();
        _ = Close(descriptor);
        // Some network and container file systems cannot sync a folder (EINVAL); the file itself is synced.
        const int invalid = 22;
        if (failed && error != invalid) throw new IOException($"Cannot sync the folder '{folder}' (error {error}).");
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
