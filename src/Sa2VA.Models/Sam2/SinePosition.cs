using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Sam2;

/// <summary>
/// SAM 2's PositionEmbeddingSine: each axis takes half of the channels, sine and cosine interleaved, y before x.
/// The maps are constants of their size; they are made in float32 and kept in the compute type.
/// </summary>
public sealed class SinePosition
{
    private readonly SineConfig _config;
    private readonly Device _device;
    private readonly ScalarType _type;
    private readonly ConstantTable<(long Height, long Width)> _maps;

    public SinePosition(WeightScope w, SineConfig config)
    {
        (_config, _device, _type) = (config, w.Device, w.ComputeType);
        _maps = w.Own(new ConstantTable<(long, long)>());
    }

    /// <summary>The map of a size as tokens, row by row: [1, height · width, C].</summary>
    public Tensor Tokens(long height, long width) => _maps.Get((height, width), size => Make(size.Height, size.Width));

    /// <summary>The map of a size: [1, C, height, width].</summary>
    public Tensor Map(long height, long width)
    {
        using var scope = NewDisposeScope();
        return Tokens(height, width).transpose(1, 2).reshape(1, -1, height, width).MoveToOuterDisposeScope();
    }

    private Tensor Make(long height, long width)
    {
        var half = _config.Width / 2;
        var y = Axis(height, half).unsqueeze(1).expand(height, width, half);
        var x = Axis(width, half).unsqueeze(0).expand(height, width, half);
        return cat([y, x], -1).reshape(1, height * width, 2 * half).to(_type);
    }

    // [count, width]
    private Tensor Axis(long count, long width)
    {
        var place = arange(1, count + 1, 1, float32, _device);
        if (_config.Normalize)
            place = place / (count + 1e-6) * _config.Scale;
        var angle = place.unsqueeze(1) / Denominators(width, _config.Temperature, _device);
        return stack([angle.slice(1, 0, null, 2).sin(), angle.slice(1, 1, null, 2).cos()], 2).flatten(1);
    }

    /// <summary>The one-dimensional form used for times: [n] → [n, width], all sines before all cosines.</summary>
    public static Tensor OfTimes(Tensor times, long width, double temperature = 10000)
    {
        using var scope = NewDisposeScope();
        var angle = times.unsqueeze(-1) / Denominators(width / 2, temperature, times.device);
        return cat([angle.sin(), angle.cos()], -1).MoveToOuterDisposeScope();
    }

    // temperature^(2·⌊i/2⌋ / width)
    private static Tensor Denominators(long width, double temperature, Device device)
    {
        var exponents = arange(width, float32, device).div(2).floor() * 2 / (double)width;
        return Dispatcher.Call("aten::pow", "Scalar", (Scalar)temperature, exponents);
    }
}
