using Amazon.S3;
using Sa2VA.Cluster.Sources.Cache;
using Sa2VA.Cluster.Sources.Files;
using Sa2VA.Cluster.Sources.Remote;

namespace Sa2VA.Cluster.Sources;

/// <summary>
/// Brings videos to this machine: files and folders of pictures under configured roots are used in place, objects of S3 buckets and files
/// of web servers are fetched into a cache folder. Safe to call from several threads; processes of a machine may share the cache folder.
/// </summary>
public sealed class SourceFetcher : IDisposable
{
    private readonly SourceSettings _settings;
    private readonly TimeProvider _time;
    private readonly RootedFiles _files;
    private readonly HashMemory _hashes;
    private readonly SourceCache _cache;
    private readonly WebGate _gate;
    private readonly HttpMessageInvoker _web;
    private readonly IReadOnlyList<(S3Store Store, Lazy<IAmazonS3> Client)> _stores;

    /// <summary>Checks the settings and makes the cache folder.</summary>
    /// <param name="settings">What is allowed.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <exception cref="Settings.SettingsException">A setting is malformed, a root is missing, or the cache folder cannot be used.</exception>
    public SourceFetcher(SourceSettings settings, TimeProvider? time = null)
    {
        SourceRules.Check(settings);
        (_settings, _time) = (settings, time ?? TimeProvider.System);
        _files = new RootedFiles(settings);
        try
        {
            _cache = new SourceCache(settings, _time);
            _hashes = new HashMemory(settings.CacheFolder, _time);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new Settings.SettingsException($"sources.cacheFolder '{settings.CacheFolder}' cannot be made or written: {failure.Message}", failure);
        }

        _gate = new WebGate(settings);
        _web = WebFile.MakeClient(settings, _gate);
        // A store's client looks for the machine's credentials when it is made: not before it is needed.
        _stores = [.. settings.S3.Select(store => (store, new Lazy<IAmazonS3>(() => S3File.MakeClient(store, settings))))];
    }

    /// <summary>
    /// Brings a video here. Fetching the same source twice at once, from whatever process of the machine, fetches it once. Cancelling keeps
    /// what has arrived for the next try.
    /// </summary>
    /// <param name="source">A path under a root, <c>root:path</c>, <c>s3://bucket/key</c>, or an http(s) address.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>A lease; dispose of it when the video is not needed any more.</returns>
    /// <exception cref="SourceException">It is not allowed, not there, too large, or cannot be had now.</exception>
    public async Task<FetchedVideo> FetchAsync(string source, CancellationToken cancellationToken)
    {
        var address = SourceAddress.Parse(source);
        var shown = SourceAddress.Shown(source);
        try
        {
            return address switch
            {
                SourceAddress.File file => await FetchFileAsync(file, shown, cancellationToken),
                SourceAddress.S3 s3 => await FetchRemoteAsync(source, S3(s3, shown), cancellationToken),
                SourceAddress.Web web => await FetchRemoteAsync(source, Web(web, shown), cancellationToken),
                _ => throw new InvalidOperationException(address.ToString()),
            };
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SourceException(SourceErrorKind.Unreachable,
                $"'{shown}' cannot be kept in the cache folder '{_settings.CacheFolder}' (sources.cacheFolder): {failure.Message} Make room there, or name another folder.", failure);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (_, client) in _stores.Where(s => s.Client.IsValueCreated)) client.Value.Dispose();
        _web.Dispose();
        _cache.Dispose();
    }

    private async Task<FetchedVideo> FetchFileAsync(SourceAddress.File file, string shown, CancellationToken cancellationToken)
    {
        var video = _files.Find(file, shown);
        try
        {
            var hash = await ContentHash.OfAsync(video, _hashes, shown, cancellationToken);
            return new FetchedVideo(shown, video.Path, video.Bytes, hash, hold: null);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SourceException(SourceErrorKind.Unreadable, $"'{shown}' cannot be read: {failure.Message}", failure);
        }
    }

    private async Task<FetchedVideo> FetchRemoteAsync(string source, IRemoteFile remote, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_settings.TotalTimeout, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await _cache.FetchAsync(source, remote, both.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new SourceException(SourceErrorKind.Unreachable,
                $"'{remote.Shown}' could not be fetched within {_settings.TotalTimeout} (sources.totalTimeout). What has arrived is kept; another try goes on from there.");
        }
    }

    private WebFile Web(SourceAddress.Web address, string shown)
    {
        _gate.Check(address.Uri, shown);
        return new WebFile(address.Uri, shown, _web, _gate);
    }

    private S3File S3(SourceAddress.S3 address, string shown)
    {
        var (store, client) = _stores.FirstOrDefault(s => s.Store.Buckets.Contains(address.Bucket) || s.Store.Buckets.Contains("*"));
        return store is null
            ? throw new SourceException(SourceErrorKind.NotAllowed, $"'{shown}': no store of sources.s3 serves the bucket '{address.Bucket}'. Add it to the buckets of one.")
            : new S3File(address, shown, client.Value, store);
    }
}
