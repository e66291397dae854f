namespace Sa2VA.Cluster.Sources.Cache;

/// <summary>
/// The lock under which a cache folder changes: one holder among all processes of the machine. It is held for look-ups, renames and
/// evictions, never while bytes are fetched.
/// </summary>
internal sealed class CacheLock(string path, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);

    // Within the process there is a queue; only between processes does one have to ask again.
    private readonly SemaphoreSlim _here = new(1, 1);

    public async Task<IDisposable> AcquireAsync(CancellationToken cancellationToken)
    {
        await _here.WaitAsync(cancellationToken);
        try
        {
            for (var pause = TimeSpan.FromMilliseconds(1); ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
            {
                if (FileLock.TryExclusive(path, FileMode.OpenOrCreate) is { } file) return new Holding(file, _here);
                await Task.Delay(pause, time, cancellationToken);
            }
        }
        catch
        {
            _here.Release();
            throw;
        }
    }

    public void Dispose() => _here.Dispose();

    private sealed class Holding(FileStream file, SemaphoreSlim here) : IDisposable
    {
        public void Dispose()
        {
            file.Dispose();
            here.Release();
        }
    }
}
