using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Training.Parameters;

/// <summary>
/// All parameters of a training run in one float32 vector: the optimiser is a few operations over it, and a checkpoint is one tensor.
/// Each worker computes with a <see cref="ParameterReplica"/> that reads the same memory and has gradients of its own, so that
/// gradients are added in a fixed order whatever the timing: a run with the same seed and workers gives the same bits.
/// </summary>
public sealed class ParameterStore : IDisposable
{
    private readonly Dictionary<string, Placement> _places = new(StringComparer.Ordinal);

    private ParameterStore(IEnumerable<WeightSpec> specs, Device device, Func<string, bool> isTrained)
    {
        Device = device;
        foreach (var spec in specs)
        {
            _places.Add(spec.Name, new Placement(spec, Count, isTrained(spec.Name)));
            Count += spec.Count;
        }

        Values = zeros([Count], device: device).DetachFromDisposeScope();
    }

    /// <summary>Where they are kept.</summary>
    public Device Device { get; }

    /// <summary>Number of values.</summary>
    public long Count { get; }

    /// <summary>Number of values that are trained.</summary>
    public long TrainedCount => _places.Values.Where(place => place.IsTrained).Sum(place => place.Spec.Count);

    /// <summary>[Count] the parameters one after another.</summary>
    public Tensor Values { get; }

    /// <summary>Where each parameter lies.</summary>
    public IReadOnlyCollection<Placement> Placements => _places.Values;

    /// <summary>Copies the parameters of a checkpoint or an initialiser.</summary>
    /// <param name="source">Asked for every parameter in float32.</param>
    /// <param name="specs">What the model, and what is trained beside it, is made of.</param>
    /// <param name="isTrained">Whether a parameter of that name gets gradients.</param>
    public static ParameterStore CopyOf(WeightStore source, IEnumerable<WeightSpec> specs, Func<string, bool> isTrained)
    {
        var store = new ParameterStore(specs, source.Device, isTrained);
        using var scope = NewDisposeScope();
        foreach (var place in store.Placements)
            store.View(place).copy_(source.Get(place.Spec.Name, [.. place.Spec.Shape], place.Spec.Init, float32));
        return store;
    }

    /// <summary>A view of one parameter in its shape; the caller's scope owns the handle, not the memory.</summary>
    public Tensor View(Placement place)
    {
        using var scope = NewDisposeScope();
        return Values.narrow(0, place.Start, place.Spec.Count).view([.. place.Spec.Shape]).MoveToOuterDisposeScope();
    }

    /// <summary>The place of a parameter.</summary>
    /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
    public Placement Place(string name) => _places[name];

    /// <summary>Whether there is a parameter of that name.</summary>
    public bool Has(string name) => _places.ContainsKey(name);

    public void Dispose() => Values.Dispose();
}

/// <summary>One parameter in the vector.</summary>
/// <param name="Spec">Name, shape and how it started.</param>
/// <param name="Start">Index of its first value.</param>
/// <param name="IsTrained">Whether it gets gradients.</param>
public sealed record Placement(WeightSpec Spec, long Start, bool IsTrained);
