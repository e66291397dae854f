using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Sam2;

/// <summary>
/// SAM's PositionEmbeddingRandom: sines and cosines of coordinates times a random matrix that belongs to the checkpoint.
/// Computed in float32.
/// </summary>
public sealed class FourierPosition
{
    private readonly ConstantTable<(long Height, long Width)> _maps;

    /// <param name="w">Scope that holds the matrix.</param>
    /// <param name="features">Half of the channels of an encoding.</param>
    public FourierPosition(WeightScope w, long features)
    {
        positional_encoding_gaussian_matrix = w.As(float32).Get("positional_encoding_gaussian_matrix", Init.Normal(1), 2, features);
        _maps = w.Own(new ConstantTable<(long, long)>());
    }

    public Tensor positional_encoding_gaussian_matrix { get; }

    /// <summary>Encodes points given in pixels: [B, P, 2] (x, y) → [B, P, C].</summary>
    public Tensor Points(Tensor coordinates, long height, long width)
    {
        using var scope = NewDisposeScope();
        var sides = tensor([(float)width, height], coordinates.device);
        return Encode(coordinates.to(float32) / sides).MoveToOuterDisposeScope();
    }

    /// <summary>The encoding of the cell centres of a grid, row by row: [1, height · width, C], a constant.</summary>
    public Tensor Tokens(long height, long width) => _maps.Get((height, width), size => Grid(size.Height, size.Width));

    private Tensor Grid(long height, long width)
    {
        var device = positional_encoding_gaussian_matrix.device;
        var y = (arange(1, height + 1, 1, float32, device) - 0.5) / (double)height;
        var x = (arange(1, width + 1, 1, float32, device) - 0.5) / (double)width;
        var places = stack([x.unsqueeze(0).expand(height, width), y.unsqueeze(1).expand(height, width)], -1);
        return Encode(places.reshape(1, height * width, 2));
    }

    // [..., 2] in 0..1 → [..., C]
    private Tensor Encode(Tensor places)
    {
        // Written out instead of a matrix product over two inputs, so that a point's encoding never depends on how many there are.
        var centred = places * 2 - 1;
        var matrix = positional_encoding_gaussian_matrix;
        var angle = (centred.narrow(-1, 0, 1) * matrix[0] + centred.narrow(-1, 1, 1) * matrix[1]) * (2 * Math.PI);
        return cat([angle.sin(), angle.cos()], -1);
    }
}
