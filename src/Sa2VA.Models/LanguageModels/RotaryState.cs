using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.LanguageModels;

/// <summary>
/// Rotary angles of one token sequence. Plain RoPE has no state. InternLM2's dynamic NTK scaling has: once the sequence is longer
/// than the model was trained for, every new length gives slower frequencies for what comes; keys rotated before stay as they are.
/// </summary>
internal sealed class RotaryState
{
    private readonly LanguageModelConfig _config;
    private long _covered;
    private double _base;

    public RotaryState(LanguageModelConfig config) => (_config, _covered, _base) = (config, config.MaxPositions, config.RopeTheta);

    private RotaryState(RotaryState other) => (_config, _covered, _base) = (other._config, other._covered, other._base);

    public RotaryState Copy() => new(this);

    /// <summary>Cosines and sines, each [count, head size], of the positions from <paramref name="start"/>; the sequence then has start + count tokens.</summary>
    public (Tensor Cos, Tensor Sin) At(long start, long count, ScalarType type, Device device)
    {
        Grow(start + count);
        using var scope = NewDisposeScope();
        var size = _config.HeadSize;
        // float32 throughout, as the tables of the official code.
        var exponents = arange(0, size, 2, float32, device) / (double)size;
        var frequencies = full([], _base, float32, device).pow(exponents).reciprocal();              // [d/2]
        var angles = outer(arange(start, start + count, 1, float32, device), frequencies);           // [n, d/2]
        var twice = cat([angles, angles], -1);
        return (twice.cos().to(type).MoveToOuterDisposeScope(), twice.sin().to(type).MoveToOuterDisposeScope());
    }

    /// <summary>Plain angles of given positions [n], without dynamic scaling: each [n, 1, head size], the 1 standing for the heads.</summary>
    public static (Tensor Cos, Tensor Sin) Of(LanguageModelConfig config, Tensor positions, ScalarType type)
    {
        using var scope = NewDisposeScope();
        var size = config.HeadSize;
        var exponents = arange(0, size, 2, float32, positions.device) / (double)size;
        var frequencies = full([], config.RopeTheta, float32, positions.device).pow(exponents).reciprocal();    // [d/2]
        var angles = positions.unsqueeze(1).unsqueeze(1) * frequencies;                                        // [n, 1, d/2]
        var twice = cat([angles, angles], -1);
        return (twice.cos().to(type).MoveToOuterDisposeScope(), twice.sin().to(type).MoveToOuterDisposeScope());
    }

    /// <summary>x·cos + rot(x)·sin with rot(x) = (-second half, first half).</summary>
    public static Tensor Rotate(Tensor x, Tensor cos, Tensor sin)
    {
        using var scope = NewDisposeScope();
        var half = x.size(-1) / 2;
        var turned = cat([-x.narrow(-1, half, half), x.narrow(-1, 0, half)], -1);
        return (x * cos + turned * sin).MoveToOuterDisposeScope();
    }

    private void Grow(long length)
    {
        if (length <= _covered || _config.DynamicRopeFactor == 0)
            return;
        var (factor, size) = (_config.DynamicRopeFactor, (double)_config.HeadSize);
        _covered = length;
        _base = _config.RopeTheta * Math.Pow(factor * length / _config.MaxPositions - (factor - 1), size / (size - 2));
    }
}
