using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Sam2;

/// <summary>Pixels as the image encoder takes them: x / 255, minus ImageNet's mean, over its deviation, in float32.</summary>
public sealed class ImageNormalizer
{
    private readonly float[] _mean;
    private readonly float[] _deviation;

    private ImageNormalizer(float[] mean, float[] deviation) => (_mean, _deviation) = (mean, deviation);

    /// <summary>SAM 2's own.</summary>
    public static ImageNormalizer Sam2 { get; } = new([0.485f, 0.456f, 0.406f], [0.229f, 0.224f, 0.225f]);

    /// <summary>CLIP's, as Qwen2.5-VL has it.</summary>
    public static ImageNormalizer Clip { get; } = new([0.48145466f, 0.4578275f, 0.40821073f], [0.26862954f, 0.26130258f, 0.27577711f]);

    /// <summary>To -1 … 1, as Qwen3-VL has it.</summary>
    public static ImageNormalizer Symmetric { get; } = new([0.5f, 0.5f, 0.5f], [0.5f, 0.5f, 0.5f]);

    /// <summary>Sa2VA's: its mean and deviation are bfloat16 numbers.</summary>
    public static ImageNormalizer Sa2va { get; } = new([.. Sam2._mean.Select(RoundToBFloat16)], [.. Sam2._deviation.Select(RoundToBFloat16)]);

    /// <summary>UniPixel's tracker: SAM 2's statistics, and pictures are resized here.</summary>
    public static ImageNormalizer UniPixel { get; } = new(Sam2._mean, Sam2._deviation) { ResizesInFloat = true };

    /// <summary>Whether pictures of any size are resized here, in float32 as torch does it (bilinear, antialiased), and not before as pictures of 8 bits.</summary>
    public bool ResizesInFloat { get; private init; }

    /// <summary>Interleaved 8-bit pixels [B, H, W, 3] → [B, 3, H, W] float32.</summary>
    public Tensor Normalize(Tensor pixels)
    {
        using var scope = NewDisposeScope();
        var mean = tensor(_mean, [3, 1, 1], pixels.device);
        var deviation = tensor(_deviation, [3, 1, 1], pixels.device);
        var planes = pixels.permute(0, 3, 1, 2).to(float32).contiguous();
        return planes.div_(255).sub_(mean).div_(deviation).MoveToOuterDisposeScope();
    }

    /// <summary>One frame of RGB24 bytes, row by row → [1, 3, height, width] float32.</summary>
    public Tensor Normalize(ReadOnlySpan<byte> rgb, int height, int width, Device? device = null)
    {
        using var scope = NewDisposeScope();
        return Normalize(tensor(rgb, [1, height, width, 3], device)).MoveToOuterDisposeScope();
    }

    /// <summary>One frame of RGB24 bytes as a square → [1, 3, side, side] float32.</summary>
    /// <exception cref="ArgumentException">It has another size, and <see cref="ResizesInFloat"/> is off.</exception>
    public Tensor Square(ReadOnlySpan<byte> rgb, int height, int width, int side, Device? device = null)
    {
        if (height == side && width == side)
            return Normalize(rgb, height, width, device);
        if (!ResizesInFloat)
            throw new ArgumentException($"The frame has {width}x{height} pixels, not {side}x{side}. Resize it first.", nameof(rgb));
        using var scope = NewDisposeScope();
        var planes = tensor(rgb, [1, height, width, 3], device).permute(0, 3, 1, 2).to(float32).contiguous().div_(255);
        var square = nn.functional.interpolate(planes, side, side, antialias: true);
        return square.sub_(tensor(_mean, [3, 1, 1], square.device)).div_(tensor(_deviation, [3, 1, 1], square.device)).MoveToOuterDisposeScope();
    }

    // To nearest, ties to even.
    private static float RoundToBFloat16(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        var rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000;
        return BitConverter.UInt32BitsToSingle(rounded);
    }
}
