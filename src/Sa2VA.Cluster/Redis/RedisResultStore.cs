using System.Globalization;
using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Results;
using StackExchange.Redis;

namespace Sa2VA.Cluster.Redis;

/// <summary>
/// Masks in Redis, in the layout of docs/redis.md: a hash per object with a field per block. Calls wait while the server is away. Durable as far
/// as the server is: with <c>appendfsync always</c> a block is on the disk before the write returns.
/// </summary>
public sealed class RedisResultStore(RedisConnection connection) : IResultStore
{
    private const int Refused = 0;
    private const int Late = 2;

    /// <summary>With the ticket it tells the server which of our requests is the newer one.</summary>
    private readonly string _writer = Guid.NewGuid().ToString("N");

    private readonly string _expiry = ((long)(connection.Options.MaskExpiry ?? TimeSpan.Zero).TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
    private long _tickets;

    /// <inheritdoc/>
    public async Task ClaimAsync(string videoId, long epoch, CancellationToken cancellationToken)
    {
        RedisKey[] keys = [connection.Keys.Claim(videoId)];
        RedisValue[] values = [epoch, _expiry, (string)connection.Keys.ObjectStem(videoId)!];
        var (status, current) = await RunAsync(RedisScripts.Claim, keys, values, cancellationToken);
        if (status == Refused) throw new FencedException(videoId, epoch, current);
    }

    /// <inheritdoc/>
    public async Task WriteBlockAsync(string videoId, long epoch, MaskBlock block, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(block);
        RedisKey[] keys = [connection.Keys.Claim(videoId), connection.Keys.Object(videoId, block.ObjectId)];
        var bytes = MaskBlockFormat.Encode(block);
        for (; ; )
        {
            RedisValue[] values = [epoch, block.ObjectId, block.Index, bytes, _expiry, _writer, Interlocked.Increment(ref _tickets)];
            var (status, current) = await RunAsync(RedisScripts.WriteBlock, keys, values, cancellationToken);
            if (status == Refused) throw new FencedException(videoId, epoch, current);
            // Late although its sender still waits: another call for this object overtook it. It goes again, as the newer one.
            if (status != Late) return;
        }
    }

    /// <inheritdoc/>
    public async Task<MaskBlock?> ReadBlockAsync(string videoId, int objectId, int index, CancellationToken cancellationToken)
        => await LoadAsync(videoId, objectId, index, cancellationToken) is var (block, _) ? block : null;

    /// <inheritdoc/>
    public Task<string> ChainAsync(string videoId, int objectId, int blocks, CancellationToken cancellationToken)
        => ResultReading.ChainAsync(
            blocks,
            async (index, stop) => await LoadAsync(videoId, objectId, index, stop) is var (_, bytes)
                ? bytes
                : throw new InvalidDataException($"Mask block '{NameOf(videoId, objectId, index)}' is missing: it has expired, or the server lost it. Run the video again."),
            cancellationToken);

    private async Task<(MaskBlock Block, byte[] Bytes)?> LoadAsync(string videoId, int objectId, int index, CancellationToken cancellationToken)
    {
        var key = connection.Keys.Object(videoId, objectId);
        var value = await connection.ExecuteAsync(database => database.HashGetAsync(key, index), cancellationToken);
        if (value.IsNull) return null;
        var name = NameOf(videoId, objectId, index);
        var bytes = (byte[])value!;
        var block = MaskBlockFormat.Decode(bytes, name);
        return block.ObjectId == objectId && block.Index == index
            ? (block, bytes)
            : throw new InvalidDataException($"'{name}' holds block {block.Index} of object {block.ObjectId}; the store was changed by hand.");
    }

    private string NameOf(string videoId, int objectId, int index) => $"{connection.Keys.Object(videoId, objectId)} {index}";

    private async Task<(int Status, long Current)> RunAsync(string script, RedisKey[] keys, RedisValue[] values, CancellationToken cancellationToken)
    {
        var answer = (long[])(await connection.ExecuteAsync(database => database.ScriptEvaluateAsync(script, keys, values), cancellationToken))!;
        return ((int)answer[0], answer[1]);
    }
}
