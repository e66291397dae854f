using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Sa2VA.Cluster.Results;

/// <summary>Where a block belongs inside a video.</summary>
public readonly record struct BlockAddress(int ObjectId, int Index);

/// <summary>Reads many blocks for exports: several are on their way at once, and no more than that are held.</summary>
public static class ResultReading
{
    /// <summary>Blocks under way at once. A block of a 1080p video has some 50 kB, so that this is about 1 MB of memory.</summary>
    public const int DefaultWindow = 16;

    /// <summary>The blocks in the order that they are asked for, null where one is missing. A damaged one ends the enumeration with <see cref="InvalidDataException"/>.</summary>
    /// <param name="store">Where from.</param>
    /// <param name="videoId">Whose.</param>
    /// <param name="addresses">Which; taken as needed, so that the list may be long.</param>
    /// <param name="window">Most blocks under way at once, at least 1.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static IAsyncEnumerable<MaskBlock?> ReadBlocksAsync(
        this IResultStore store, string videoId, IEnumerable<BlockAddress> addresses, int window = DefaultWindow, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(window);
        return InOrderAsync(addresses, window, (address, stop) => store.ReadBlockAsync(videoId, address.ObjectId, address.Index, stop), cancellationToken);
    }

    /// <summary>The documented chain over what the store gives; a missing block is an <see cref="InvalidDataException"/> that names it.</summary>
    internal static Task<string> ChainOfBlocksAsync(this IResultStore store, string videoId, int objectId, int blocks, CancellationToken cancellationToken)
        => ChainAsync(
            blocks,
            async (index, stop) => await store.ReadBlockAsync(videoId, objectId, index, stop) is { } block
                ? MaskBlockFormat.Encode(block)
                : throw new InvalidDataException($"Mask block {index} of object {objectId} is missing from '{videoId}'. Run the video again."),
            cancellationToken);

    /// <summary>The documented chain over the bytes of blocks 0 to <paramref name="blocks"/> - 1, which <paramref name="read"/> gives.</summary>
    internal static async Task<string> ChainAsync(int blocks, Func<int, CancellationToken, Task<byte[]>> read, CancellationToken cancellationToken)
    {
        var link = new byte[SHA256.HashSizeInBytes];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await foreach (var bytes in InOrderAsync(Enumerable.Range(0, blocks), DefaultWindow, read, cancellationToken))
        {
            hash.AppendData(link);
            hash.AppendData(bytes);
            hash.GetHashAndReset(link);
        }

        return Convert.ToHexStringLower(link);
    }

    private static async IAsyncEnumerable<TOut> InOrderAsync<TIn, TOut>(
        IEnumerable<TIn> items, int window, Func<TIn, CancellationToken, Task<TOut>> read, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var underWay = new Queue<Task<TOut>>(window);
        try
        {
            foreach (var item in items)
            {
                underWay.Enqueue(read(item, stop.Token));
                if (underWay.Count == window) yield return await underWay.Dequeue();
            }

            while (underWay.Count > 0) yield return await underWay.Dequeue();
        }
        finally
        {
            // Whoever stops early, or meets a failure, leaves no read behind.
            await stop.CancelAsync();
            await ((Task)Task.WhenAll(underWay)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
