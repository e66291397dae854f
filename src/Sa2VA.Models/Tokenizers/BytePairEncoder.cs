using System.Collections.Concurrent;
using System.Text;

namespace Sa2VA.Models.Tokenizers;

/// <summary>
/// Ranked merges over the UTF-8 bytes of a piece: of all neighbouring pairs that may be merged, the one of lowest rank, leftmost
/// first, until none is left. Safe for use from several threads.
/// </summary>
internal sealed class BytePairEncoder
{
    // Words repeat; longer pieces (encoded data, separators) rarely do. Both bounds keep the cache under a few megabytes.
    private const int LongestCached = 48;
    private const int MostCached = 16_384;

    private readonly ConcurrentDictionary<string, int[]> _cache = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> _cacheBySpan;
    private readonly Dictionary<(int Left, int Right), (int Rank, int Merged)> _merges;
    private readonly int[] _byteIds;
    private int _cached;

    /// <param name="byteIds">The id of each single byte.</param>
    /// <param name="merges">Rank and resulting id by pair of ids.</param>
    public BytePairEncoder(int[] byteIds, Dictionary<(int Left, int Right), (int Rank, int Merged)> merges)
    {
        (_byteIds, _merges) = (byteIds, merges);
        _cacheBySpan = _cache.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public void Encode(ReadOnlySpan<char> piece, List<int> ids)
    {
        if (piece.Length <= LongestCached && _cacheBySpan.TryGetValue(piece, out var known))
        {
            ids.AddRange(known);
            return;
        }

        var merged = Merge(piece);
        ids.AddRange(merged);
        if (piece.Length <= LongestCached && Volatile.Read(ref _cached) < MostCached && _cache.TryAdd(piece.ToString(), merged))
            Interlocked.Increment(ref _cached);
    }

    /// <summary>A linked list of symbols and a heap of candidate merges: n log n, whatever the piece.</summary>
    private int[] Merge(ReadOnlySpan<char> piece)
    {
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(piece.Length)];
        var count = Encoding.UTF8.GetBytes(piece, bytes);
        var symbol = new int[count];
        var next = new int[count];
        var previous = new int[count];
        for (var i = 0; i < count; i++)
            (symbol[i], next[i], previous[i]) = (_byteIds[bytes[i]], i + 1, i - 1);

        var candidates = new PriorityQueue<(int At, int Left, int Right, int Merged), (int Rank, int At)>();
        for (var i = 0; i + 1 < count; i++)
            Offer(i);

        while (candidates.TryDequeue(out var candidate, out _))
        {
            var (at, left, right, merged) = candidate;
            var other = next[at];
            if (symbol[at] != left || other >= count || symbol[other] != right)
                continue; // one of the two was merged with another neighbour meanwhile
            symbol[at] = merged;
            symbol[other] = -1;
            next[at] = next[other];
            if (next[at] < count)
                previous[next[at]] = at;
            Offer(at);
            if (previous[at] >= 0)
                Offer(previous[at]);
        }

        var result = new List<int>(count);
        for (var i = 0; i < count; i = next[i])
            result.Add(symbol[i]);
        return [.. result];

        void Offer(int at)
        {
            if (next[at] < count && _merges.TryGetValue((symbol[at], symbol[next[at]]), out var merge))
                candidates.Enqueue((at, symbol[at], symbol[next[at]], merge.Merged), (merge.Rank, at));
        }
    }
}
