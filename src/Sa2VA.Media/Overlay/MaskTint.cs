namespace Sa2VA.Media;

/// <summary>Paints masks over a frame: the object's colour over its area, and in full strength along its border.</summary>
public static class MaskTint
{
    /// <summary>Share of the tint inside a mask, of 256.</summary>
    private const int Opacity = 115;

    /// <summary>Paints each object's mask, in order; later ones over earlier ones.</summary>
    public static void Apply(RgbImage frame, IReadOnlyList<ObjectMask> objects)
    {
        ArgumentNullException.ThrowIfNull(frame);
        ArgumentNullException.ThrowIfNull(objects);
        foreach (var shown in objects)
        {
            if (shown.Mask.Length == 0)
                continue;
            if (shown.Mask.Length != frame.Width * frame.Height)
                throw new ArgumentException($"The mask of '{shown.Label}' has {shown.Mask.Length} pixels; the frame has {frame.Width}x{frame.Height}.", nameof(objects));
            Paint(frame, shown.Mask.Span, ObjectPalette.Tint(shown.Place), border: Math.Max(1, Math.Min(frame.Width, frame.Height) / 360));
        }
    }

    private static void Paint(RgbImage frame, ReadOnlySpan<byte> mask, (byte R, byte G, byte B) colour, int border)
    {
        var (width, height) = (frame.Width, frame.Height);
        for (var y = 0; y < height; y++)
        {
            var row = mask.Slice(y * width, width);
            if (!row.ContainsAnyExcept((byte)0))
                continue;
            var pixels = frame.Row(y);
            for (var x = 0; x < width; x++)
            {
                if (row[x] == 0)
                    continue;
                var share = IsBorder(mask, width, height, x, y, border) ? 256 : Opacity;
                var pixel = pixels.Slice(x * 3, 3);
                pixel[0] = Blend(pixel[0], colour.R, share);
                pixel[1] = Blend(pixel[1], colour.G, share);
                pixel[2] = Blend(pixel[2], colour.B, share);
            }
        }
    }

    private static byte Blend(byte below, byte above, int share) => (byte)((below * (256 - share) + above * share) >> 8);

    private static bool IsBorder(ReadOnlySpan<byte> mask, int width, int height, int x, int y, int reach) =>
        (x >= reach && mask[y * width + x - reach] == 0) || (x + reach < width && mask[y * width + x + reach] == 0)
        || (y >= reach && mask[(y - reach) * width + x] == 0) || (y + reach < height && mask[(y + reach) * width + x] == 0);
}
