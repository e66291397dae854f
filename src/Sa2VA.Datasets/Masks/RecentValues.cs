namespace Sa2VA.Datasets;

/// <summary>
/// The values that were last asked for, as many as fit a budget of bytes. Two threads may both make one that is not there; the later stays.
/// </summary>
internal sealed class RecentValues<TKey, TValue>(long budget, Func<TValue, long> bytesOf)
    where TKey : notnull
{
    private readonly Dictionary<TKey, LinkedListNode<(TKey Key, TValue Value)>> _byKey = [];
    private readonly LinkedList<(TKey Key, TValue Value)> _byUse = [];
    private readonly Lock _gate = new();
    private long _bytes;

    /// <summary>The value of a key, made when it is not kept. What <paramref name="make"/> throws is thrown on and not remembered.</summary>
    public TValue GetOrAdd(TKey key, Func<TKey, TValue> make)
    {
        lock (_gate)
        {
            if (_byKey.TryGetValue(key, out var kept))
            {
                _byUse.Remove(kept);
                _byUse.AddFirst(kept);
                return kept.Value.Value;
            }
        }

        var value = make(key);
        lock (_gate)
        {
            if (_byKey.TryGetValue(key, out var older))
                Drop(older);
            _byKey[key] = _byUse.AddFirst((key, value));
            _bytes += bytesOf(value);
            while (_bytes > budget && _byUse.Count > 1)
                Drop(_byUse.Last!);
        }

        return value;
    }

    private void Drop(LinkedListNode<(TKey Key, TValue Value)> node)
    {
        _bytes -= bytesOf(node.Value.Value);
        _byKey.Remove(node.Value.Key);
        _byUse.Remove(node);
    }
}
