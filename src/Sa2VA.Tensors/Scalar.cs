using Sa2VA.Tensors.Interop;

namespace Sa2VA.Tensors;

/// <summary>A number beside a tensor in an expression; keeps integers apart from floating-point numbers, as type promotion needs.</summary>
public readonly struct Scalar
{
    internal readonly NativeValue Value;

    private Scalar(NativeValue value) => Value = value;

    public static implicit operator Scalar(int value) => new(new NativeValue { Tag = NativeTag.Int, Int = value });

    public static implicit operator Scalar(long value) => new(new NativeValue { Tag = NativeTag.Int, Int = value });

    public static implicit operator Scalar(double value) => new(new NativeValue { Tag = NativeTag.Double, Double = value });

    public static implicit operator Scalar(float value) => new(new NativeValue { Tag = NativeTag.Double, Double = value });

    public static implicit operator Scalar(bool value) => new(new NativeValue { Tag = NativeTag.Bool, Int = value ? 1 : 0 });
}
