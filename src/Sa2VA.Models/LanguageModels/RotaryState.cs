using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.LanguageModels;

/// <summary>
/// Rotary angles of one token sequence. Plain RoPE has no state. InternLM2's dynamic NTK scaling has: once the sequence is longer
/// than the model was trained for, every new length gives slower frequencies for what comes; keys rotated before stay as they are.
/// In the Qwen-VL models a token's position is not its place, since an image takes fewer positions than tokens.
/// </summary>
internal sealed class RotaryState
{
    private readonly LanguageModelConfig _config;
    private long _covered;
    private double _base;
    private long _shift;

    public RotaryState(LanguageModelConfig config) => (_config, _covered, _base) = (config, config.MaxPositions, config.RopeTheta);

    private RotaryState(RotaryState other) => (_config, _covered, _base, _shift) = (other._config, other._covered, other._base, other._shift);

    public RotaryState Copy() => new(this);

    /// <summary>Cosines and sines, each [count, head size], of the positions from <paramref name="start"/>; the sequence then has start + count tokens.</summary>
    /// <param name="start">Tokens before.</param>
    /// <param name="count">Tokens.</param>
    /// <param name="type">Of the result.</param>
    /// <param name="device">Of the result.</param>
    /// <param name="positions">Where the tokens stand, when it is not one after another.</param>
    public (Tensor Cos, Tensor Sin) At(long start, long count, ScalarType type, Device device, TokenPositions? positions = null)
    {
        Grow(start + count);
        using var scope = NewDisposeScope();
        // float32 throughout, as the tables of the official code.
        var frequencies = Frequencies(start + count, device);                                        // [d/2]
        var angles = positions is null
            ? outer(arange(start + _shift, start + _shift + count, 1, float32, device), frequencies) // [n, d/2]
            : Angles(positions, start, count, frequencies);
        var twice = cat([angles, angles], -1);
        var magnitude = _config.LongRope?.Magnitude ?? 1;
        return (Scaled(twice.cos()), Scaled(twice.sin()));

        Tensor Scaled(Tensor wave) => (magnitude == 1 ? wave : wave * magnitude).to(type).MoveToOuterDisposeScope();
    }

    /// <summary>Plain angles of given positions [n], without dynamic scaling: each [n, 1, head size], the 1 standing for the heads.</summary>
    public static (Tensor Cos, Tensor Sin) Of(LanguageModelConfig config, Tensor positions, ScalarType type)
    {
        if (config.LongRope is not null)
            throw new NotSupportedException("Sequences of a Phi-3 are not read without a cache: its rotation follows the length.");
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

    private Tensor Frequencies(long length, Device device)
    {
        using var scope = NewDisposeScope();
        var size = _config.HeadSize;
        var exponents = arange(0, size, 2, float32, device) / (double)size;
        var periods = full([], _base, float32, device).pow(exponents);                               // [d/2]
        if (_config.LongRope is { } rope)
            periods = periods * tensor([.. rope.Factors(length).Select(factor => (float)factor)], device);
        return periods.reciprocal().MoveToOuterDisposeScope();
    }

    /// <summary>Each frequency turns with the position that belongs to it; what follows continues after the largest.</summary>
    private Tensor Angles(TokenPositions positions, long start, long count, Tensor frequencies)
    {
        if (positions.Count != count || _config.RotaryAxes.IsEmpty)
            throw new ArgumentException($"{positions.Count} positions were given for {count} tokens of a model with {(_config.RotaryAxes.IsEmpty ? "one position" : "three positions")} per token.", nameof(positions));
        using var scope = NewDisposeScope();
        _shift = positions.Next - (start + count);
        var all = tensor([.. positions.Flat.Select(place => (float)place)], [count, 3], frequencies.device);
        var axes = tensor([.. _config.RotaryAxes.Select(axis => (long)axis)], frequencies.device);
        return (all.index_select(1, axes) * frequencies).MoveToOuterDisposeScope();                  // [n, d/2]
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
