using Sa2VA.Tensors;

namespace Sa2VA.Models.Weights;

/// <summary>A view of a <see cref="WeightStore"/> under a prefix, with the element type that the modules below it compute in.</summary>
public sealed class WeightScope
{
    private readonly WeightStore _store;

    public WeightScope(WeightStore store, string prefix = "", ScalarType computeType = ScalarType.Float32)
    {
        _store = store;
        Prefix = prefix;
        ComputeType = computeType;
    }

    public string Prefix { get; }

    public ScalarType ComputeType { get; }

    public Device Device => _store.Device;

    /// <summary>How the matrices of linear layers in it are held.</summary>
    public Quantization Quantization { get; private init; }

    /// <summary>The scope of a child module or list entry: <c>scope["layers"][0]</c>.</summary>
    public WeightScope this[string name] => new(_store, FullName(name), ComputeType) { Quantization = Quantization };

    public WeightScope this[int index] => this[index.ToString(System.Globalization.CultureInfo.InvariantCulture)];

    /// <summary>The same scope with another element type to compute in.</summary>
    public WeightScope As(ScalarType computeType) => new(_store, Prefix, computeType) { Quantization = Quantization };

    /// <summary>The same scope with the matrices of its linear layers held in another way.</summary>
    public WeightScope As(Quantization quantization) => new(_store, Prefix, ComputeType) { Quantization = quantization };

    public bool Has(string name) => _store.Has(FullName(name));

    /// <summary>Whether an optional tensor belongs to the model.</summary>
    public bool Wants(string name, bool fallback) => _store.Wants(FullName(name), fallback);

    /// <summary>A parameter in the compute type.</summary>
    public Tensor Get(string name, Init init, params long[] shape) => _store.Get(FullName(name), shape, init, ComputeType);

    /// <summary>
    /// A matrix for a linear layer or an embedding. On the CPU it stays as it is stored (float32 or bfloat16, mapped);
    /// on another device it takes the compute type.
    /// </summary>
    public Tensor GetMatrix(string name, Init init, params long[] shape) =>
        _store.Get(FullName(name), shape, init, Device.Type == DeviceType.CPU ? null : ComputeType);

    /// <summary>A matrix for a linear layer, held as <see cref="Quantization"/> says.</summary>
    public LinearMatrix GetLinear(string name, Init init, params long[] shape) =>
        Quantization == Quantization.Int8 ? _store.GetInt8(FullName(name), shape, init) : new LinearMatrix(GetMatrix(name, init, shape));

    /// <summary>Hands over something derived from parameters; it is released with them.</summary>
    public T Own<T>(T derived)
        where T : IDisposable => _store.Own(derived);

    public string FullName(string name) => Prefix.Length == 0 ? name : name.Length == 0 ? Prefix : $"{Prefix}.{name}";
}
