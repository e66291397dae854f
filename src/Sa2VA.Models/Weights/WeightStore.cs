using Sa2VA.Tensors;

namespace Sa2VA.Models.Weights;

/// <summary>
/// Where modules get their parameters from, and who owns them: a checkpoint, or a random initialiser. The constructors of the
/// modules ask for every tensor by its official name and shape, so the same code says what a checkpoint must hold and how to
/// make a new one.
/// </summary>
public abstract class WeightStore : IDisposable
{
    private readonly List<IDisposable> _owned = [];
    private readonly Dictionary<string, LinearMatrix> _quantized = new(StringComparer.Ordinal);

    /// <summary>Where the parameters are needed.</summary>
    public abstract Device Device { get; }

    /// <summary>Whether the checkpoint holds a tensor; for an initialiser, whether it was already asked for.</summary>
    public abstract bool Has(string name);

    /// <summary>Whether an optional tensor belongs to this model: a checkpoint knows, an initialiser takes <paramref name="fallback"/>.</summary>
    public abstract bool Wants(string name, bool fallback);

    /// <summary>The parameter, owned by this store.</summary>
    /// <param name="name">Full official name.</param>
    /// <param name="shape">Expected sizes.</param>
    /// <param name="init">How to make it when there is no checkpoint.</param>
    /// <param name="type">Element type to convert to; null keeps what is stored (mapped, not copied, on the CPU) when it is float32 or bfloat16.</param>
    public abstract Tensor Get(string name, long[] shape, Init init, ScalarType? type);

    /// <summary>
    /// A matrix with a byte per weight and a scale per output: the largest weight of a row becomes 127 or -127, the others the nearest
    /// whole number. Made on the CPU from what is stored, once; what it is made from does not stay in memory.
    /// </summary>
    /// <inheritdoc cref="Get"/>
    public LinearMatrix GetInt8(string name, long[] shape, Init init)
    {
        if (_quantized.TryGetValue(name, out var known))
            return known;
        using var scope = torch.NewDisposeScope();
        var (values, scales) = Int8Rows.Quantize(Stored(name, shape, init));
        known = new LinearMatrix(Own(values.to(Device).DetachFromDisposeScope()), Own(scales.to(Device).DetachFromDisposeScope()));
        _quantized.Add(name, known);
        WasRead(name);
        return known;
    }

    /// <summary>A parameter on the CPU as it is stored, float32 or bfloat16, in the current scope: to be looked at once.</summary>
    protected virtual Tensor Stored(string name, long[] shape, Init init) => Get(name, shape, init, type: null).to(Device.CPU);

    /// <summary>What <see cref="Stored"/> gave is not needed any more.</summary>
    protected virtual void WasRead(string name)
    {
    }

    /// <summary>Hands over something that modules derived from their parameters (tables, constants) and that is released with them.</summary>
    public T Own<T>(T derived)
        where T : IDisposable
    {
        lock (_owned)
            _owned.Add(derived);
        return derived;
    }

    public void Dispose()
    {
        lock (_owned)
        {
            _owned.ForEach(derived => derived.Dispose());
            _owned.Clear();
            _quantized.Clear();
        }

        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}
