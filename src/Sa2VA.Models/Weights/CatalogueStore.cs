using Sa2VA.Tensors;

namespace Sa2VA.Models.Weights;

/// <summary>
/// Writes down what a model asks for and holds no values: building the modules over it lists the parameters of a configuration of any
/// size in milliseconds. The tensors it hands out have the right shape and are all the same zero, so the modules must not be run.
/// </summary>
public sealed class CatalogueStore : WeightStore
{
    private readonly Dictionary<string, WeightSpec> _specs = new(StringComparer.Ordinal);
    private readonly List<Tensor> _tensors = [];
    private readonly Func<string, bool?>? _isPresent;

    /// <summary>Creates a catalogue.</summary>
    /// <param name="isPresent">Whether the model has an optional tensor; null leaves it to the modules' own defaults.</param>
    public CatalogueStore(Func<string, bool?>? isPresent = null) => _isPresent = isPresent;

    /// <summary>The shapes live on the CPU.</summary>
    public override Device Device => Device.CPU;

    /// <summary>What was asked for, in that order.</summary>
    public IReadOnlyCollection<WeightSpec> Specs => _specs.Values;

    /// <summary>Number of values of the model.</summary>
    public long ParameterCount => _specs.Values.Sum(spec => spec.Count);

    /// <summary>Whether the tensor belongs to the model, or was already asked for.</summary>
    public override bool Has(string name) => _isPresent?.Invoke(name) ?? _specs.ContainsKey(name);

    /// <summary>Whether an optional tensor belongs to the model.</summary>
    public override bool Wants(string name, bool fallback) => _isPresent?.Invoke(name) ?? fallback;

    /// <summary>A tensor of that shape without memory behind it.</summary>
    public override Tensor Get(string name, long[] shape, Init init, ScalarType? type)
    {
        _specs.TryAdd(name, new WeightSpec(name, [.. shape], init));
        using var zero = torch.zeros([1], type ?? ScalarType.Float32);
        var tensor = zero.expand(shape).DetachFromDisposeScope();
        _tensors.Add(tensor);
        return tensor;
    }

    /// <summary>Releases the tensors; the list stays.</summary>
    protected override void Dispose(bool disposing)
    {
        foreach (var tensor in _tensors)
            tensor.Dispose();
        _tensors.Clear();
    }
}
