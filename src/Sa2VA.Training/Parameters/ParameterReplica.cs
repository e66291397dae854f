using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Training.Parameters;

/// <summary>
/// The parameters of a <see cref="ParameterStore"/> as one worker's modules see them: leaves of the recorded graph over the shared
/// values, with gradients that add up in a vector of the worker's own.
/// </summary>
public sealed class ParameterReplica : WeightStore
{
    private readonly ParameterStore _parameters;
    private readonly Dictionary<string, Tensor> _leaves = new(StringComparer.Ordinal);

    public ParameterReplica(ParameterStore parameters)
    {
        _parameters = parameters;
        Gradients = zeros([parameters.Count], device: parameters.Device).DetachFromDisposeScope();
    }

    /// <summary>[Count] what <see cref="Collect"/> has added since it was last cleared.</summary>
    public Tensor Gradients { get; }

    public override Device Device => _parameters.Device;

    public override bool Has(string name) => _parameters.Has(name);

    public override bool Wants(string name, bool fallback) => _parameters.Has(name);

    public override Tensor Get(string name, long[] shape, Init init, ScalarType? type)
    {
        var spec = _parameters.SpecOf(name);
        if (type is { } wanted && wanted != _parameters.TypeOf(name))
            throw new InvalidOperationException($"'{name}' is computed in {_parameters.TypeOf(name)} and is asked for in {wanted}.");
        if (!spec.Shape.AsSpan().SequenceEqual(shape))
            throw new InvalidOperationException($"'{name}' is [{string.Join(", ", spec.Shape)}] and is asked for as [{string.Join(", ", shape)}].");
        if (_leaves.TryGetValue(name, out var known))
            return known;
        using var scope = NewDisposeScope();
        var working = _parameters.Working(name);
        if (_parameters.PlaceOf(name) is not { } place)
            return _parameters.AdapterOf(name) is null ? working : Leaf(name, working);
        var leaf = Leaf(name, working);
        if (leaf.dtype == float32)
            leaf.grad = ParameterStore.View(Gradients, place);    // added to in place, nothing to collect
        return leaf;
    }

    /// <summary>Adds what <see cref="Tensor.backward"/> has left on the leaves to <see cref="Gradients"/>.</summary>
    public void Collect()
    {
        foreach (var (name, leaf) in _leaves)
        {
            using var scope = NewDisposeScope();
            if (_parameters.AdapterOf(name) is { } adapter)
            {
                if (leaf.grad is { } whole)
                    adapter.AddGradients(whole, _parameters.View(adapter.Down), _parameters.View(adapter.Up), ParameterStore.View(Gradients, adapter.Down), ParameterStore.View(Gradients, adapter.Up));
                leaf.grad = null;
            }
            else if (leaf.dtype != float32)
            {
                if (leaf.grad is { } narrow)
                    ParameterStore.View(Gradients, _parameters.PlaceOf(name)!).add_(narrow);
                leaf.grad = null;
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        foreach (var leaf in _leaves.Values)
            leaf.Dispose();
        _leaves.Clear();
        Gradients.Dispose();
    }

    private Tensor Leaf(string name, Tensor working)
    {
        var leaf = working.detach().DetachFromDisposeScope();
        leaf.requires_grad = true;
        _leaves.Add(name, leaf);
        return leaf;
    }
}
