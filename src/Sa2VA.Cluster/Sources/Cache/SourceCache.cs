using Sa2VA.Cluster.Sources.Remote;

namespace Sa2VA.Cluster.Sources.Cache;

/// <summary>
/// Videos from elsewhere, kept in a folder that the processes of a machine share. A video appears in it whole or not at all, and stays
/// while anyone has a lease on it: leases are locks of the operating system, which end with their process.
/// </summary>
internal sealed class SourceCache : IDisposable
{
    // Room is taken in such steps when the server does not say how much will come.
    private const long GrowthBytes = 64L << 20;
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly SourceSettings _settings;
    private readonly TimeProvider _time;
    private readonly CacheLayout _layout;
    private readonly CacheLock _lock;
    private readonly Eviction _eviction;
    private readonly RemoteDownload _download;

    public SourceCache(SourceSettings settings, TimeProvider time)
    {
        (_settings, _time) = (settings, time);
        _layout = new CacheLayout(settings.CacheFolder);
        _lock = new CacheLock(_layout.Lock, time);
        _eviction = new Eviction(_layout, settings.CacheBytes);
        _download = new RemoteDownload(settings, time);
    }

    /// <summary>The video, from the folder when it is there and still what the server has, from the server otherwise.</summary>
    /// <exception cref="SourceException">It cannot be had.</exception>
    public async Task<FetchedVideo> FetchAsync(string source, IRemoteFile remote, CancellationToken cancellationToken)
    {
        var key = CacheLayout.KeyOf(source);
        var (lease, partial) = await ClaimAsync(key, remote, cancellationToken);
        if (partial is null) return lease!;
        try
        {
            return await RefreshAsync(key, remote, partial, lease, cancellationToken);
        }
        finally
        {
            using (await _lock.AcquireAsync(CancellationToken.None)) await partial.CloseAsync(_time.GetUtcNow());
        }
    }

    public void Dispose() => _lock.Dispose();

    /// <summary>
    /// A lease when the video is here and fresh. Otherwise the right to fetch it, for which one may have to wait until another has
    /// fetched it, together with a lease on the older copy when there is one.
    /// </summary>
    private async Task<(FetchedVideo? Lease, PartialFile? Partial)> ClaimAsync(string key, IRemoteFile remote, CancellationToken cancellationToken)
    {
        for (var pause = TimeSpan.FromMilliseconds(10); ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            using (await _lock.AcquireAsync(cancellationToken))
            {
                var entry = CacheEntry.Read(_layout.Entry(key));
                var lease = entry is null ? null : TryLease(entry, remote.Shown);
                if (lease is not null && _time.GetUtcNow() - entry!.CheckedAt < _settings.FreshFor) return (lease, null);
                try
                {
                    if (PartialFile.TryOpen(_layout.Partial(key)) is { } partial) return (lease, partial);
                }
                catch
                {
                    lease?.Dispose();
                    throw;
                }

                lease?.Dispose();
            }

            await Task.Delay(pause, _time, cancellationToken);
        }
    }

    /// <summary>Asks the server. A copy that is here is good when nothing changed, and also when the server is not there to be asked.</summary>
    private async Task<FetchedVideo> RefreshAsync(string key, IRemoteFile remote, PartialFile partial, FetchedVideo? older, CancellationToken cancellationToken)
    {
        var known = older is null ? null : CacheEntry.Read(_layout.Entry(key));
        try
        {
            await partial.RecoverAsync(cancellationToken);
            if (await _download.RunAsync(remote, partial, known?.Version, (bytes, isWhole, ct) => ReserveAsync(remote, partial, key, bytes, isWhole, ct), cancellationToken))
            {
                var fetched = await PublishAsync(key, remote, partial);
                older?.Dispose();
                return fetched;
            }

            using (await _lock.AcquireAsync(cancellationToken)) (known! with { CheckedAt = _time.GetUtcNow() }).Write(_layout.Entry(key));
            return older!;
        }
        catch (SourceException failure) when (failure.IsTransient && older is not null)
        {
            return older;
        }
        catch
        {
            older?.Dispose();
            throw;
        }
    }

    private async Task<FetchedVideo> PublishAsync(string key, IRemoteFile remote, PartialFile partial)
    {
        // From here on nothing waits for others for long, and half of it would be waste: it is not cancelled.
        using (await _lock.AcquireAsync(CancellationToken.None))
        {
            var (bytes, version) = (partial.Length, partial.Version);
            var hash = await partial.CompleteAsync();
            var before = CacheEntry.Read(_layout.Entry(key));
            var entry = new CacheEntry(remote.Shown, CacheLayout.NameOf(key, hash, remote.Name), bytes, hash, version, _time.GetUtcNow());
            entry.Write(_layout.Entry(key));
            File.Move(_layout.Partial(key), _layout.Video(entry.File), overwrite: true);
            PartialFile.Delete(_layout.Partial(key));
            if (before is not null && before.File != entry.File && File.Exists(_layout.Video(before.File))) _eviction.TryRemove(_layout.Video(before.File));
            return TryLease(entry, remote.Shown) ?? throw new IOException($"'{_layout.Video(entry.File)}' vanished as soon as it was there.");
        }
    }

    private async Task ReserveAsync(IRemoteFile remote, PartialFile partial, string key, long bytes, bool isWhole, CancellationToken cancellationToken)
    {
        if (bytes > _settings.CacheBytes)
        {
            throw new SourceException(SourceErrorKind.TooLarge,
                $"'{remote.Shown}' has at least {bytes:N0} bytes, and the cache folder takes {_settings.CacheBytes:N0}. Raise sources.cacheBytes.");
        }

        if (!isWhole) bytes = Math.Min(bytes + GrowthBytes, _settings.CacheBytes);
        if (bytes <= partial.Reserved) return;
        using (await _lock.AcquireAsync(cancellationToken))
        {
            if (!_eviction.MakeRoom(bytes, except: _layout.Partial(key)))
            {
                throw new SourceException(SourceErrorKind.Unreachable,
                    $"There is no room for the {bytes:N0} bytes of '{remote.Shown}': videos in use fill the cache folder '{_settings.CacheFolder}' ({_settings.CacheBytes:N0} bytes). Raise sources.cacheBytes, or run fewer videos at once on this machine.");
            }

            partial.Reserve(bytes);
        }
    }

    /// <summary>Holds a video's file and marks it as used just now; null when it is gone or is not what the note says.</summary>
    private FetchedVideo? TryLease(CacheEntry entry, string shown)
    {
        var path = _layout.Video(entry.File);
        var file = new FileInfo(path);
        if (!file.Exists || file.Length != entry.Bytes || FileLock.TryShared(path) is not { } hold) return null;
        file.LastWriteTimeUtc = _time.GetUtcNow().UtcDateTime;
        return new FetchedVideo(shown, path, entry.Bytes, entry.ContentHash, hold);
    }
}
