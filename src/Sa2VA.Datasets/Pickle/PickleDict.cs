using System.Collections;

namespace Sa2VA.Datasets;

/// <summary>
/// A dict: pairs in the order in which their keys first came. The small ones, of which a file of masks has hundreds of thousands, have no
/// table of hashes.
/// </summary>
internal sealed class PickleDict : IReadOnlyCollection<KeyValuePair<object, object?>>
{
    private const int Small = 12;
    private readonly List<KeyValuePair<object, object?>> _items = [];
    private Dictionary<object, int>? _places;

    public int Count => _items.Count;

    /// <summary>The value of a key; null also when there is none.</summary>
    public object? this[object key] => Place(key) is var place and >= 0 ? _items[place].Value : null;

    public bool ContainsKey(object key) => Place(key) >= 0;

    /// <summary>Sets a value; a key that is there keeps its place.</summary>
    public void Set(object key, object? value)
    {
        var place = Place(key);
        if (place >= 0)
        {
            _items[place] = new(key, value);
            return;
        }

        _places?.Add(key, _items.Count);
        _items.Add(new(key, value));
        if (_places is null && _items.Count > Small)
        {
            _places = new Dictionary<object, int>(_items.Count * 2, PickleKeys.Comparer);
            for (var i = 0; i < _items.Count; i++)
                _places.Add(_items[i].Key, i);
        }
    }

    public IEnumerator<KeyValuePair<object, object?>> GetEnumerator() => _items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private int Place(object key)
    {
        if (_places is not null)
            return _places.TryGetValue(key, out var place) ? place : -1;
        for (var i = 0; i < _items.Count; i++)
        {
            if (_items[i].Key.Equals(key))
                return i;
        }

        return -1;
    }
}
