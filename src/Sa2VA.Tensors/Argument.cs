using Sa2VA.Tensors.Interop;

namespace Sa2VA.Tensors;

/// <summary>An argument of <see cref="Dispatcher.Call(string, string, ReadOnlySpan{Argument})"/>, made by implicit conversion.</summary>
public readonly struct Argument
{
    internal readonly NativeValue Value;

    /// <summary>A tensor, a list or a string: converted to native memory for the time of the call.</summary>
    internal readonly object? Reference;

    private Argument(NativeTag tag, long value = 0, object? reference = null, int count = 0)
    {
        Value = new NativeValue { Tag = tag, Count = count, Int = value };
        Reference = reference;
    }

    private Argument(NativeValue value) => Value = value;

    /// <summary>An absent optional argument.</summary>
    public static Argument None => new(NativeTag.None);

    /// <summary>The default value of the operator's schema.</summary>
    public static Argument Default => new(NativeTag.Default);

    /// <summary>Indices of advanced indexing; null entries keep a dimension whole.</summary>
    public static Argument Indices(Tensor?[] indices) => new(NativeTag.OptionalTensorList, reference: indices);

    public static implicit operator Argument(Tensor? tensor) => tensor is null ? None : new(NativeTag.Tensor, reference: tensor);

    public static implicit operator Argument(Tensor[] tensors) => new(NativeTag.TensorList, reference: tensors);

    public static implicit operator Argument(long value) => new(NativeTag.Int, value);

    public static implicit operator Argument(int value) => new(NativeTag.Int, value);

    public static implicit operator Argument(long? value) => value is { } v ? new(NativeTag.Int, v) : None;

    public static implicit operator Argument(double value) => new(new NativeValue { Tag = NativeTag.Double, Double = value });

    public static implicit operator Argument(double? value) => value is { } v ? (Argument)v : None;

    public static implicit operator Argument(bool value) => new(NativeTag.Bool, value ? 1 : 0);

    public static implicit operator Argument(long[]? values) => values is null ? None : new(NativeTag.IntList, reference: values);

    public static implicit operator Argument(double[]? values) => values is null ? None : new(NativeTag.DoubleList, reference: values);

    public static implicit operator Argument(string? value) => value is null ? None : new(NativeTag.String, reference: value);

    public static implicit operator Argument(Scalar value) => new(value.Value);

    public static implicit operator Argument(Scalar? value) => value is { } v ? new(v.Value) : None;

    public static implicit operator Argument(ScalarType value) => new(NativeTag.Int, (long)value);

    public static implicit operator Argument(ScalarType? value) => value is { } v ? new(NativeTag.Int, (long)v) : None;

    public static implicit operator Argument(Device value) => new(NativeTag.Device, (long)value.Type, count: value.Index);

    public static implicit operator Argument(Device? value) => value is { } v ? (Argument)v : None;
}
