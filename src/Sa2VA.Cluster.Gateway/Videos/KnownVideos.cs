using Microsoft.Extensions.Caching.Memory;
using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Videos;

namespace Sa2VA.Cluster.Gateway.Videos;

/// <summary>
/// Stored videos that were asked for of late. What is kept is kept under the length of the video's history, which is asked of the journal every time:
/// nothing that is told is older than what the journal said at that moment. Masks are kept of completed videos only; of others they are still written.
/// </summary>
internal sealed class KnownVideos(ClusterConnection cluster, GatewaySettings settings) : IDisposable
{
    // Rough, as is the limit: what objects and a dictionary's entry take beside the text in them.
    private const int BytesPerEntry = 512;
    private const int BytesPerMask = 96;
    private static readonly TimeSpan Unused = TimeSpan.FromMinutes(10);

    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = settings.Limits.CacheBytes });

    /// <summary>What is stored of a video; null before a node has opened it.</summary>
    public async Task<StoredVideo?> FindAsync(string video, CancellationToken stop)
    {
        var head = await cluster.Journal.HeadAsync(video, stop);
        if (head.LastSequence == 0) return null;
        var version = new VideoVersion(video, head.Epoch, head.LastSequence);
        if (_cache.TryGetValue(version, out StoredVideo? known)) return known;
        var found = await StoredVideo.FindAsync(cluster.Journal, cluster.Results, video, stop);
        if (found is null) return null;
        if (found.IsComplete) found = found.ReadThrough(new KnownMasks(this, version), video);
        return Keep(version, found, found.Objects.Sum(one => BytesPerEntry + TextBytes(one.Label, one.Answer)) + SizeOf(found.Said));
    }

    public void Dispose() => _cache.Dispose();

    private static long SizeOf(VideoSayings said) =>
        said.Questions.Sum(one => BytesPerEntry + TextBytes(one.Question, one.Answer))
        + (said.Caption is { } caption ? BytesPerEntry + TextBytes(caption.Text, caption.Answer) + caption.Phrases.Sum(phrase => BytesPerEntry + TextBytes(phrase.Text)) : 0);

    private static long TextBytes(params ReadOnlySpan<string?> texts)
    {
        var characters = 0L;
        foreach (var text in texts) characters += text?.Length ?? 0;
        return sizeof(char) * characters;
    }

    private T Keep<T>(object key, T value, long bytes) =>
        _cache.Set(key, value, new MemoryCacheEntryOptions { Size = BytesPerEntry + bytes, SlidingExpiration = Unused });

    private async Task<MaskBlock?> ReadBlockAsync(VideoVersion version, int objectId, int index, CancellationToken stop)
    {
        var key = (version, objectId, index);
        if (_cache.TryGetValue(key, out MaskBlock? known)) return known;
        var block = await cluster.Results.ReadBlockAsync(version.VideoId, objectId, index, stop);
        return block is null ? null : Keep(key, block, block.Masks.Sum(mask => BytesPerMask + 2L * mask.Counts.Length));
    }

    private sealed record VideoVersion(string VideoId, long Epoch, long LastSequence);

    /// <summary>Reads the masks of one version of a video; writes nothing.</summary>
    private sealed class KnownMasks(KnownVideos videos, VideoVersion version) : IResultStore
    {
        public Task<MaskBlock?> ReadBlockAsync(string videoId, int objectId, int index, CancellationToken cancellationToken) => videos.ReadBlockAsync(version, objectId, index, cancellationToken);

        public Task ClaimAsync(string videoId, long epoch, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task WriteBlockAsync(string videoId, long epoch, MaskBlock block, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<string> ChainAsync(string videoId, int objectId, int blocks, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
