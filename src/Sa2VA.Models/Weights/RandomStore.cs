using Sa2VA.Tensors;
using Sa2VA.Tensors.Safetensors;

namespace Sa2VA.Models.Weights;

/// <summary>
/// Makes every parameter that is asked for, as its <see cref="Init"/> says; the same seed and name always give the same values.
/// What the modules asked for can then be saved in the layout of a checkpoint. It owns every tensor that it hands out.
/// </summary>
public sealed class RandomStore(ulong seed, Device? device = null) : WeightStore
{
    private readonly Dictionary<string, (WeightSpec Spec, Tensor Tensor)> _weights = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Name, ScalarType Type), Tensor> _converted = [];

    /// <summary>Where the parameters are needed.</summary>
    public override Device Device { get; } = device ?? Device.CPU;

    /// <summary>What was asked for, in that order.</summary>
    public IReadOnlyCollection<WeightSpec> Specs => [.. _weights.Values.Select(weight => weight.Spec)];

    /// <summary>Whether the tensor was already asked for.</summary>
    public override bool Has(string name) => _weights.ContainsKey(name);

    /// <summary>Optional tensors are as the caller says.</summary>
    public override bool Wants(string name, bool fallback) => fallback;

    /// <summary>The parameter; the same one when it is asked for again.</summary>
    /// <exception cref="InvalidOperationException">It was asked for with another shape before.</exception>
    public override Tensor Get(string name, long[] shape, Init init, ScalarType? type)
    {
        var tensor = GetFloat32(new WeightSpec(name, [.. shape], init));
        if (type is not { } wanted || wanted == ScalarType.Float32)
            return tensor;
        if (!_converted.TryGetValue((name, wanted), out var converted))
            _converted.Add((name, wanted), converted = tensor.to(wanted).DetachFromDisposeScope());
        return converted;
    }

    /// <summary>Writes everything that was asked for, as it is now, into a folder: one file, or shards with an index.</summary>
    /// <param name="folder">An existing folder.</param>
    /// <param name="dtype">Element type to store; bfloat16 halves the size.</param>
    /// <param name="shardBytes">Most bytes of data in a file.</param>
    /// <param name="rename">From the name that a module asks for to the one that the checkpoint uses.</param>
    /// <param name="cancellationToken">Counts between tensors.</param>
    public void Save(
        string folder, SafetensorsDtype dtype = SafetensorsDtype.F32, long shardBytes = SafetensorsShards.DefaultShardBytes,
        Func<string, string>? rename = null, CancellationToken cancellationToken = default)
    {
        var byName = _weights.Values.ToDictionary(weight => rename?.Invoke(weight.Spec.Name) ?? weight.Spec.Name, weight => weight.Tensor, StringComparer.Ordinal);
        SafetensorsShards.Write(
            folder, byName.Select(pair => SafetensorsTensors.Declare(pair.Key, pair.Value, dtype)),
            (entry, writer) => writer.Append(entry.Name, byName[entry.Name]), shardBytes, cancellationToken);
    }

    /// <summary>Releases the tensors.</summary>
    protected override void Dispose(bool disposing)
    {
        foreach (var tensor in _weights.Values.Select(weight => weight.Tensor).Concat(_converted.Values))
            tensor.Dispose();
        _weights.Clear();
        _converted.Clear();
    }

    private Tensor GetFloat32(WeightSpec spec)
    {
        if (_weights.TryGetValue(spec.Name, out var known))
        {
            return known.Spec.Shape.AsSpan().SequenceEqual(spec.Shape.AsSpan())
                ? known.Tensor
                : throw new InvalidOperationException($"'{spec.Name}' was made as [{string.Join(", ", known.Spec.Shape)}] and is now asked for as [{string.Join(", ", spec.Shape)}].");
        }

        using var scope = torch.NewDisposeScope();
        var made = torch.empty([.. spec.Shape]);
        new RandomValues(seed, spec).Fill(0, made.data<float>());
        var tensor = made.to(Device).DetachFromDisposeScope();
        _weights.Add(spec.Name, (spec, tensor));
        return tensor;
    }
}
