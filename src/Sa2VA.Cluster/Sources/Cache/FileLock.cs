namespace Sa2VA.Cluster.Sources.Cache;

/// <summary>
/// Locks between processes: an open file is one (<c>flock</c> on Linux), and the system lets go of it when its process ends, however it
/// ends. Two openings exclude each other inside one process too.
/// </summary>
internal static class FileLock
{
    /// <summary>Opens a file for oneself alone; null when anyone holds it.</summary>
    public static FileStream? TryExclusive(string path, FileMode mode)
        => Try(path, new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None, Options = FileOptions.Asynchronous, BufferSize = 0 });

    /// <summary>Opens a file together with others; null when someone has it alone.</summary>
    public static FileStream? TryShared(string path)
        => Try(path, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.Read, BufferSize = 0 });

    private static FileStream? Try(string path, FileStreamOptions options)
    {
        try
        {
            return new FileStream(path, options);
        }
        catch (IOException failure) when (IsHeld(failure))
        {
            return null;
        }
    }

    // EWOULDBLOCK of Linux and of macOS, and Windows' sharing violation.
    private static bool IsHeld(IOException failure) => failure.HResult is 11 or 35 or unchecked((int)0x80070020);
}
