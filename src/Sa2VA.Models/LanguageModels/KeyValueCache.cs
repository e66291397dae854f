using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.LanguageModels;

/// <summary>
/// The keys and values of the tokens that a decoder has read so far. Grows as needed; a copy continues on its own. One thread at a
/// time may use it.
/// </summary>
public sealed class KeyValueCache : IDisposable
{
    private readonly Tensor[] _keys;
    private readonly Tensor[] _values;
    private readonly LanguageModelConfig _config;
    private readonly ScalarType _type;
    private readonly Device _device;
    private long _capacity;

    /// <param name="config">The decoder's.</param>
    /// <param name="type">Element type of its activations.</param>
    /// <param name="device">Where it runs.</param>
    /// <param name="capacity">Tokens to make room for.</param>
    public KeyValueCache(LanguageModelConfig config, ScalarType type, Device device, long capacity = 512)
        : this(config, type, device, capacity, new RotaryState(config))
    {
    }

    private KeyValueCache(LanguageModelConfig config, ScalarType type, Device device, long capacity, RotaryState rotary)
    {
        (_config, _type, _device, _capacity, Rotary) = (config, type, device, capacity, rotary);
        _keys = [.. Enumerable.Range(0, config.Layers).Select(_ => Room())];
        _values = [.. Enumerable.Range(0, config.Layers).Select(_ => Room())];
    }

    /// <summary>Tokens read.</summary>
    public long Length { get; private set; }

    /// <summary>Bytes held.</summary>
    public long Bytes => BytesOf(_config, _type, _capacity);

    internal RotaryState Rotary { get; private set; }

    /// <summary>Bytes that so many tokens take.</summary>
    internal static long BytesOf(LanguageModelConfig config, ScalarType type, long tokens)
        => 2 * config.Layers * config.KeyValueHeads * tokens * config.HeadSize * type.ElementSize();

    /// <summary>The same tokens in memory of its own, with room for <paramref name="more"/>.</summary>
    public KeyValueCache Copy(long more)
    {
        var copy = new KeyValueCache(_config, _type, _device, Length + more, Rotary.Copy()) { Length = Length };
        using var scope = NewDisposeScope();
        for (var layer = 0; layer < _keys.Length && Length > 0; layer++)
        {
            copy._keys[layer].narrow(2, 0, Length).copy_(_keys[layer].narrow(2, 0, Length));
            copy._values[layer].narrow(2, 0, Length).copy_(_values[layer].narrow(2, 0, Length));
        }

        return copy;
    }

    public void Dispose()
    {
        foreach (var tensor in _keys.Concat(_values))
            tensor.Dispose();
    }

    /// <summary>Makes room for tokens that every layer will write before <see cref="Advance"/> counts them.</summary>
    internal void Reserve(long count)
    {
        if (Length + count <= _capacity)
            return;
        _capacity = Math.Max(Length + count, 2 * _capacity);
        for (var layer = 0; layer < _keys.Length; layer++)
        {
            _keys[layer] = Enlarge(_keys[layer]);
            _values[layer] = Enlarge(_values[layer]);
        }
    }

    /// <summary>Writes a layer's keys and values [1, heads, n, d] and returns all of its own, [1, heads, Length + n, d], as views.</summary>
    internal (Tensor Keys, Tensor Values) Write(int layer, Tensor keys, Tensor values)
    {
        using var scope = NewDisposeScope();
        var count = keys.size(2);
        _keys[layer].narrow(2, Length, count).copy_(keys);
        _values[layer].narrow(2, Length, count).copy_(values);
        return (_keys[layer].narrow(2, 0, Length + count).MoveToOuterDisposeScope(), _values[layer].narrow(2, 0, Length + count).MoveToOuterDisposeScope());
    }

    internal void Advance(long count) => Length += count;

    /// <summary>The place where it stands, to come back to.</summary>
    internal CacheMark Mark() => new(Length, Rotary.Copy());

    /// <summary>Forgets what was read since a place.</summary>
    internal void Rewind(CacheMark mark) => (Length, Rotary) = (mark.Length, mark.Rotary.Copy());

    /// <summary>Takes back what <see cref="Advance"/> counted last.</summary>
    internal void Forget(long count) => Length -= count;

    private Tensor Room() => empty([1, _config.KeyValueHeads, _capacity, _config.HeadSize], _type, _device).DetachFromDisposeScope();

    private Tensor Enlarge(Tensor old)
    {
        using var scope = NewDisposeScope();
        var larger = Room();
        if (Length > 0)
            larger.narrow(2, 0, Length).copy_(old.narrow(2, 0, Length));
        old.Dispose();
        return larger;
    }
}
