using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Sources;
using Sa2VA.Media;

namespace Sa2VA.Cluster.Gateway.Pixels;

/// <summary>
/// Videos whose own pixels may be shown: files under the gateway's roots, and uploads. What was probed is remembered, of a bounded number, as long as the
/// file stays as it was. Safe to use from several threads.
/// </summary>
internal sealed class ShownVideos(GatewaySettings settings)
{
    private const int MostRemembered = 64;

    private readonly LocalSources _sources = new(settings.AllRoots);
    private readonly Lock _gate = new();
    private readonly LinkedList<(string Path, DateTime WrittenAt, VideoInfo Info)> _probed = [];
    private readonly SemaphoreSlim _probing = new(settings.Limits.RendersAtOnce);

    /// <summary>The file behind a video of a job.</summary>
    /// <exception cref="SourceException">It is not one that may be shown.</exception>
    public LocalSource Find(VideoView view) => _sources.Find(view.Request.Source);

    /// <summary>The file behind a source.</summary>
    /// <exception cref="SourceException">It is not one that may be shown.</exception>
    public LocalSource Find(string source) => _sources.Find(source);

    /// <summary>For exports, which bring videos to this machine.</summary>
    public Task<LocalVideo> OpenAsync(string source, CancellationToken cancellationToken) => Task.FromResult(new LocalVideo(_sources.Find(source).Path));

    /// <summary>What a file is. Few are probed at a time.</summary>
    /// <exception cref="MediaException">It is no video that can be read.</exception>
    public async Task<VideoInfo> ProbeAsync(LocalSource source, CancellationToken cancellationToken)
    {
        var writtenAt = File.GetLastWriteTimeUtc(source.Path);
        if (Recall(source.Path, writtenAt) is { } known) return known;
        await _probing.WaitAsync(cancellationToken);
        try
        {
            if (Recall(source.Path, writtenAt) is { } meanwhile) return meanwhile;
            var info = await MediaProbe.ProbeAsync(source.Path, settings.Media, cancellationToken);
            Remember(source.Path, writtenAt, info);
            return info;
        }
        finally
        {
            _probing.Release();
        }
    }

    private VideoInfo? Recall(string path, DateTime writtenAt)
    {
        lock (_gate) return _probed.FirstOrDefault(one => one.Path == path && one.WrittenAt == writtenAt).Info;
    }

    private void Remember(string path, DateTime writtenAt, VideoInfo info)
    {
        lock (_gate)
        {
            _probed.AddFirst((path, writtenAt, info));
            if (_probed.Count > MostRemembered) _probed.RemoveLast();
        }
    }
}
