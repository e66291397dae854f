using Sa2VA.Media;

namespace Sa2VA.Cluster.Annotation.Pictures;

/// <summary>
/// Draws the contour that shows a language model which object is meant: a yellow band around it, outside of the object, so that nothing of it
/// is covered. Where the object reaches the picture's edge the band runs inside along that edge, so that it is always closed.
/// </summary>
internal static class ObjectOutline
{
    private static readonly byte[] Yellow = [255, 255, 0];

    /// <summary>A band that is still to be seen when the picture is made as small as models make it.</summary>
    public static int Thickness(int width, int height) => Math.Clamp((int)Math.Round(Math.Min(width, height) / 160.0), 2, 10);

    /// <summary>Draws it.</summary>
    /// <param name="image">Drawn on.</param>
    /// <param name="mask">In the picture's size, row by row; not 0 means the object.</param>
    /// <param name="thickness">Pixels.</param>
    public static void Draw(RgbImage image, ReadOnlySpan<byte> mask, int thickness)
    {
        if (mask.Length != image.Width * image.Height)
            throw new ArgumentException($"The mask has {mask.Length} pixels; the picture has {image.Width}x{image.Height}.", nameof(mask));
        var near = Grown(mask, image.Width, image.Height, thickness);
        for (var y = 0; y < image.Height; y++)
        {
            var row = image.Row(y);
            for (var x = 0; x < image.Width; x++)
            {
                var at = y * image.Width + x;
                var isEdge = x < thickness || y < thickness || x >= image.Width - thickness || y >= image.Height - thickness;
                if (near[at] != 0 && (mask[at] == 0 || isEdge)) Yellow.CopyTo(row[(x * 3)..]);
            }
        }
    }

    /// <summary>The mask with everything that is at most <paramref name="reach"/> columns and rows away from it.</summary>
    private static byte[] Grown(ReadOnlySpan<byte> mask, int width, int height, int reach)
    {
        var wide = new byte[mask.Length];
        for (var y = 0; y < height; y++) Spread(mask.Slice(y * width, width), wide.AsSpan(y * width, width), stride: 1, width, reach);
        var grown = new byte[mask.Length];
        for (var x = 0; x < width; x++) Spread(wide.AsSpan(x), grown.AsSpan(x), width, height, reach);
        return grown;
    }

    /// <summary>Sets every place of a line that has a set one within reach.</summary>
    private static void Spread(ReadOnlySpan<byte> line, Span<byte> target, int stride, int count, int reach)
    {
        var until = -1;
        for (var i = -reach; i < count; i++)
        {
            if (i + reach < count && line[(i + reach) * stride] != 0) until = i + 2 * reach;
            if (i >= 0 && i <= until) target[i * stride] = 1;
        }
    }
}
