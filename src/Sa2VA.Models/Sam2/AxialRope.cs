using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Sam2;

/// <summary>
/// Rotary positions of a map (sam2/modeling/position_encoding.py, compute_axial_cis): neighbouring channels (2i, 2i+1) are a
/// complex number that is turned by the token's column in the first half of the channels and by its row in the second.
/// Computed in float32. N tokens, d channels of a head.
/// </summary>
public sealed class AxialRope
{
    private readonly ConstantTable<(long Height, long Width)> _tables;
    private readonly long _channels;
    private readonly double _theta;
    private readonly Device _device;

    /// <param name="w">Owner of the tables.</param>
    /// <param name="channels">d, a multiple of 4.</param>
    /// <param name="theta">Base of the frequencies.</param>
    public AxialRope(WeightScope w, long channels, double theta)
    {
        (_channels, _theta, _device) = (channels, theta, w.Device);
        _tables = w.Own(new ConstantTable<(long, long)>());
    }

    /// <summary>The turns of a map as complex numbers, row by row: [N, 1, d/2], a constant of the size. The 1 stands for the heads.</summary>
    public Tensor Table(long height, long width) => _tables.Get((height, width), size => Make(size.Height, size.Width));

    /// <summary>Turns (..., n·N, heads·d): every N tokens are one map of the table.</summary>
    public Tensor Rotate(Tensor x, Tensor table)
    {
        using var scope = NewDisposeScope();
        var turned = AsComplex(x.to(float32).contiguous(), table.size(0)) * table;
        return AsReal(turned, x.shape).to(x.dtype).MoveToOuterDisposeScope();
    }

    /// <summary>The same for a fresh tensor that nobody else sees: turned in place where its type allows.</summary>
    public Tensor RotateFresh(Tensor x, Tensor table)
    {
        if (x.dtype != float32 || is_grad_enabled() || !x.is_contiguous())
            return Rotate(x, table);
        using var scope = NewDisposeScope();
        AsComplex(x, table.size(0)).mul_(table);
        return x.alias().MoveToOuterDisposeScope();
    }

    /// <summary>(..., n·N, heads·d) float32 → (..., n, N, heads, d/2) complex, a view.</summary>
    internal Tensor AsComplex(Tensor x, long tokens)
    {
        using var scope = NewDisposeScope();
        var outer = x.shape[..^2];
        var pairs = x.view([.. outer, x.size(-2) / tokens, tokens, x.size(-1) / _channels, _channels / 2, 2]);
        return Dispatcher.Call("aten::view_as_complex", "", pairs).MoveToOuterDisposeScope();
    }

    internal static Tensor AsReal(Tensor complex, long[] shape)
    {
        using var scope = NewDisposeScope();
        return Dispatcher.Call("aten::view_as_real", "", complex).reshape(shape).MoveToOuterDisposeScope();
    }

    private Tensor Make(long height, long width)
    {
        var quarter = _channels / 4;
        var exponents = arange(0, _channels, 4, float32, _device).narrow(0, 0, quarter) / (double)_channels;
        var frequencies = Dispatcher.Call("aten::pow", "Scalar", (Scalar)_theta, exponents).reciprocal();
        var place = arange(height * width, float32, _device);
        var angles = cat([outer(place.remainder(width), frequencies), outer(place.floor_divide(width), frequencies)], -1);
        return Dispatcher.Call("aten::complex", "", angles.cos(), angles.sin()).unsqueeze(1);
    }
}
