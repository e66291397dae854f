using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Training.Parameters;

/// <summary>
/// The parameters of a training run. What is trained lies in one float32 vector, so that the optimiser is a few operations over it;
/// what is frozen stays where it came from. Each worker computes with a <see cref="ParameterReplica"/> that reads the same memory and
/// has gradients of its own, which are added in a fixed order whatever the timing: the same seed and workers give the same bits.
/// </summary>
public sealed class ParameterStore : IDisposable
{
    private readonly WeightStore _source;
    private readonly ParameterPlan _plan;
    private readonly Dictionary<string, WeightSpec> _specs;
    private readonly Dictionary<string, Placement> _places = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LowRankAdapter> _adapters = new(StringComparer.Ordinal);

    // What modules read where it is not the vector itself: sums of matrices and their adapters, and values in a narrower type.
    private readonly Dictionary<string, Tensor> _derived = new(StringComparer.Ordinal);

    /// <param name="source">A checkpoint or an initialiser; frozen parameters stay in it, so it must outlive the store.</param>
    /// <param name="specs">What the model, and what is trained beside it, is made of.</param>
    /// <param name="plan">What is trained, and how.</param>
    public ParameterStore(WeightStore source, IEnumerable<WeightSpec> specs, ParameterPlan plan)
    {
        (_source, _plan) = (source, plan);
        _specs = specs.ToDictionary(spec => spec.Name, StringComparer.Ordinal);
        foreach (var spec in _specs.Values)
        {
            if (plan.Lora is { } lora && LowRankAdapter.IsTarget(spec, lora.Targets))
                Adapt(spec, lora);
            else if (!plan.IsFrozen(spec.Name))
                Place(spec);
        }

        Values = zeros([Count], device: Device).DetachFromDisposeScope();
        Fill();
        Refresh();
    }

    /// <summary>Where they are kept.</summary>
    public Device Device => _source.Device;

    /// <summary>Number of trained values.</summary>
    public long Count { get; private set; }

    /// <summary>[Count] the trained parameters one after another. After changing them, call <see cref="Refresh"/>.</summary>
    public Tensor Values { get; }

    /// <summary>Where each trained parameter lies.</summary>
    public IReadOnlyCollection<Placement> Placements => _places.Values;

    /// <summary>All parameters, trained or not; those of adapters are not among them.</summary>
    public IReadOnlyCollection<WeightSpec> Specs => _specs.Values;

    /// <summary>Parameters that stay as they are, those with an adapter among them.</summary>
    public IEnumerable<WeightSpec> Untrained => _specs.Values.Where(spec => !_places.ContainsKey(spec.Name));

    /// <summary>Whether there is a parameter of that name.</summary>
    public bool Has(string name) => _specs.ContainsKey(name);

    /// <summary>A view of a trained parameter in its shape; the caller's scope owns the handle, not the memory.</summary>
    public Tensor View(Placement place) => View(Values, place);

    /// <summary>A parameter as an exported model holds it: an adapter is added to its matrix. The caller's scope owns the handle.</summary>
    public Tensor Read(string name)
    {
        using var scope = NewDisposeScope();
        var spec = _specs[name];
        var value = _places.TryGetValue(name, out var place) ? View(place)
            : _adapters.TryGetValue(name, out var adapter) ? Merged(adapter)
            : Stored(spec, type: null).alias();
        return value.MoveToOuterDisposeScope();
    }

    /// <summary>Brings what modules read up to date with <see cref="Values"/>.</summary>
    public void Refresh()
    {
        using var scope = NewDisposeScope();
        foreach (var (name, target) in _derived)
            target.copy_(_places.TryGetValue(name, out var place) ? View(place) : Merged(_adapters[name]));
    }

    public void Dispose()
    {
        foreach (var tensor in _derived.Values)
            tensor.Dispose();
        Values.Dispose();
    }

    /// <summary>An untrained parameter as its source holds it, without its adapter.</summary>
    internal Tensor ReadUntrained(WeightSpec spec) => Stored(spec, type: null);

    /// <summary>Gives an untrained parameter of an initialiser another value; call <see cref="Refresh"/> afterwards.</summary>
    internal void Restore(WeightSpec spec, Tensor value)
    {
        Stored(spec, type: null).copy_(value);
        if (!_adapters.ContainsKey(spec.Name))
            Stored(spec, TypeOf(spec.Name)).copy_(value);    // the copy that modules read, where it is a narrower one
    }

    internal LowRankAdapter? AdapterOf(string name) => _adapters.GetValueOrDefault(name);

    internal Placement? PlaceOf(string name) => _places.GetValueOrDefault(name);

    internal ScalarType TypeOf(string name) => _plan.TypeOf(name);

    internal WeightSpec SpecOf(string name) => _specs[name];

    /// <summary>What modules compute with, without a graph. Owned by the store, its source or the caller's scope.</summary>
    internal Tensor Working(string name) =>
        _derived.TryGetValue(name, out var derived) ? derived
        : _places.TryGetValue(name, out var place) ? View(place)
        : Stored(_specs[name], TypeOf(name));

    internal static Tensor View(Tensor vector, Placement place)
    {
        using var scope = NewDisposeScope();
        return vector.narrow(0, place.Start, place.Spec.Count).view([.. place.Spec.Shape]).MoveToOuterDisposeScope();
    }

    private Placement Place(WeightSpec spec)
    {
        var place = new Placement(spec, Count);
        _places.Add(spec.Name, place);
        Count += spec.Count;
        return place;
    }

    private void Adapt(WeightSpec matrix, LoraOptions lora)
    {
        var (down, up) = LowRankAdapter.Factors(matrix, lora.Rank);
        _adapters.Add(matrix.Name, new LowRankAdapter(matrix, Place(down), Place(up), lora.Alpha / lora.Rank));
    }

    private void Fill()
    {
        using var scope = NewDisposeScope();
        foreach (var place in _places.Values.Where(place => _specs.ContainsKey(place.Spec.Name)))
        {
            View(place).copy_(Stored(place.Spec, type: null));
            if (TypeOf(place.Spec.Name) is not ScalarType.Float32 and var type)
                _derived.Add(place.Spec.Name, Room(place.Spec, type));
        }

        foreach (var adapter in _adapters.Values)
        {
            View(adapter.Down).copy_(_source.Get(adapter.Down.Spec.Name, [.. adapter.Down.Spec.Shape], adapter.Down.Spec.Init, null));
            _derived.Add(adapter.Matrix.Name, Room(adapter.Matrix, TypeOf(adapter.Matrix.Name)));
        }
    }

    private Tensor Room(WeightSpec spec, ScalarType type) => empty([.. spec.Shape], type, Device).DetachFromDisposeScope();

    private Tensor Stored(WeightSpec spec, ScalarType? type) => _source.Get(spec.Name, [.. spec.Shape], spec.Init, type);

    private Tensor Merged(LowRankAdapter adapter)
    {
        using var scope = NewDisposeScope();
        return adapter.Merge(Stored(adapter.Matrix, type: null), View(adapter.Down), View(adapter.Up)).MoveToOuterDisposeScope();
    }
}
