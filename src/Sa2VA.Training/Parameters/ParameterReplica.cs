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

    /// <summary>[Count] what <see cref="Tensor.backward"/> has added since it was last cleared.</summary>
    public Tensor Gradients { get; }

    public override Device Device => _parameters.Device;

    public override bool Has(string name) => _parameters.Has(name);

    public override bool Wants(string name, bool fallback) => _parameters.Has(name);

    public override Tensor Get(string name, long[] shape, Init init, ScalarType? type)
    {
        if (type is { } wanted && wanted != ScalarType.Float32)
            throw new NotSupportedException($"'{name}' is wanted as {wanted}; training keeps parameters in float32 and lowers the precision of activations instead.");
        if (_leaves.TryGetValue(name, out var known))
            return known;

        var place = _parameters.Place(name);
        if (!place.Spec.Shape.AsSpan().SequenceEqual(shape))
            throw new InvalidOperationException($"'{name}' is [{string.Join(", ", place.Spec.Shape)}] and is asked for as [{string.Join(", ", shape)}].");
        using var scope = NewDisposeScope();
        var leaf = _parameters.View(place).detach().DetachFromDisposeScope();
        if (place.IsTrained)
        {
            leaf.requires_grad = true;
            leaf.grad = Gradients.narrow(0, place.Start, place.Spec.Count).view(shape);
        }

        _leaves.Add(name, leaf);
        return leaf;
    }

    protected override void Dispose(bool disposing)
    {
        foreach (var leaf in _leaves.Values)
            leaf.Dispose();
        _leaves.Clear();
        Gradients.Dispose();
    }
}
