using Sa2VA.Cluster.Runs;

namespace Sa2VA.Cluster.Videos;

/// <summary>
/// The warm videos of a device: kept when their slice is over, for when the same device goes on with them. They only take memory that
/// nobody else needs: bounded, the longest waiting dropped first, and none for ever. Losing one costs the reading of a checkpoint.
/// Thread-safe.
/// </summary>
/// <param name="limit">Bytes that they may take together; 0 keeps none.</param>
/// <param name="keptFor">How long one is waited for.</param>
/// <param name="time">The clock.</param>
internal sealed class WarmVideos(long limit, TimeSpan keptFor, TimeProvider time) : IDisposable
{
    private readonly Lock _gate = new();

    // The longest waiting first.
    private readonly LinkedList<(string VideoId, long Since, WarmVideo Video)> _kept = [];
    private bool _closed;

    /// <summary>Bytes that they take now.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate) return _kept.Sum(kept => kept.Video.Bytes);
        }
    }

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _kept.Count;
        }
    }

    /// <summary>Whether a video is among them.</summary>
    public bool Has(string videoId)
    {
        lock (_gate) return _kept.Any(kept => kept.VideoId == videoId);
    }

    /// <summary>Keeps a video, in place of what was kept of it before. One that is too large alone is dropped.</summary>
    public void Keep(string videoId, WarmVideo video)
    {
        lock (_gate)
        {
            DropWhere(kept => kept.VideoId == videoId);
            _kept.AddLast((videoId, time.GetTimestamp(), video));
            Shrink(_closed ? 0 : limit);
        }
    }

    /// <summary>Takes a video out for a sitting. What was kept of it is dropped when it does not fit, see <see cref="WarmVideo.GoesOn"/>.</summary>
    public WarmVideo? Take(string videoId, long epoch, TrackingPoint? recorded, ModelHost model)
    {
        lock (_gate)
        {
            var found = _kept.FirstOrDefault(kept => kept.VideoId == videoId && kept.Video.GoesOn(epoch, recorded, model));
            if (found.Video is null) DropWhere(kept => kept.VideoId == videoId);
            else _kept.Remove(found);
            return found.Video;
        }
    }

    /// <summary>Drops a video unless the journal's latest epoch is the one that left it.</summary>
    public void DropUnless(string videoId, long? epoch)
    {
        lock (_gate) DropWhere(kept => kept.VideoId == videoId && kept.Video.Epoch != epoch);
    }

    /// <summary>Drops the longest waiting until they take no more than so many bytes.</summary>
    public void Shrink(long bytes)
    {
        lock (_gate)
        {
            while (_kept.First is { } oldest && Bytes > bytes)
            {
                _kept.RemoveFirst();
                oldest.Value.Video.Dispose();
            }
        }
    }

    /// <summary>Drops those that were waited for long enough.</summary>
    public void DropExpired()
    {
        lock (_gate) DropWhere(kept => time.GetElapsedTime(kept.Since) >= keptFor);
    }

    /// <summary>Drops all, and what comes later.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            DropWhere(static _ => true);
        }
    }

    private void DropWhere(Func<(string VideoId, long Since, WarmVideo Video), bool> unwanted)
    {
        foreach (var kept in _kept.Where(unwanted).ToList())
        {
            _kept.Remove(kept);
            kept.Video.Dispose();
        }
    }
}
