using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.UniPixel;

/// <summary>
/// Sines and cosines of a moment times random frequencies that belong to the checkpoint (<c>tem_pe</c>), in float32. The moment is a sampled
/// frame's number as a share of the clip.
/// </summary>
public sealed class TimeCode
{
    private readonly Tensor _frequencies;

    /// <param name="w">Scope <c>tem_pe</c>.</param>
    /// <param name="width">Of a code.</param>
    public TimeCode(WeightScope w, int width)
        => _frequencies = w.As(float32).Get("positional_encoding_gaussian_matrix", Init.Normal(1), 1, width / 2);

    /// <summary>Codes [n, C] of frames in a clip of so many frames, at least 2: an odd one counts its last frame twice.</summary>
    public Tensor Of(ReadOnlySpan<int> frames, int clipFrames)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(clipFrames, 2);
        using var scope = NewDisposeScope();
        var moments = tensor(frames, [frames.Length, 1], _frequencies.device).to(float32) / (clipFrames - 1.0);
        var angles = (moments * 2 - 1) * _frequencies * (2 * Math.PI);                               // [n, C/2]
        return cat([angles.sin(), angles.cos()], -1).MoveToOuterDisposeScope();
    }
}
