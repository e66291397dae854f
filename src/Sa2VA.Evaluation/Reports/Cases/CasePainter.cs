using Sa2VA.Media;
using Sa2VA.Media.Masks;

namespace Sa2VA.Evaluation.Reports.Cases;

/// <summary>
/// Draws a prediction and the truth into a frame: the prediction tinted, the truth outlined, and everything else dimmed. Form and colour
/// both tell them apart.
/// </summary>
internal static class CasePainter
{
    private const int MaxWidth = 320;

    /// <summary>Tint of the prediction; <c>report.css</c> has the same for its legend.</summary>
    private static readonly (int R, int G, int B) Tint = (255, 45, 146);

    /// <summary>Outline of the truth; <c>report.css</c> has the same for its legend.</summary>
    private static readonly (int R, int G, int B) Outline = (64, 255, 140);

    /// <summary>A new picture, at most <see cref="MaxWidth"/> wide.</summary>
    public static RgbImage Paint(RgbImage frame, Rle prediction, Rle truth)
    {
        var width = Math.Min(frame.Width, MaxWidth);
        var height = Math.Max(1, (int)Math.Round((double)frame.Height * width / frame.Width));
        var picture = frame.ResizeBicubic(width, height);
        var predicted = Scaled(prediction, height, width);
        var meant = Scaled(truth, height, width);
        for (var y = 0; y < height; y++)
        {
            var row = picture.Row(y);
            for (var x = 0; x < width; x++)
            {
                var p = y * width + x;
                var pixel = row.Slice(x * 3, 3);
                if (predicted[p] == 0 && meant[p] == 0) Dim(pixel);
                if (predicted[p] != 0) Blend(pixel, Tint, 140);
                if (Touches(meant, height, width, y, x)) Blend(pixel, meant[p] != 0 ? Outline : (0, 0, 0), meant[p] != 0 ? 256 : 150);
            }
        }

        return picture;
    }

    /// <summary>The mask in the picture's size, taken at the middle of each pixel.</summary>
    private static byte[] Scaled(Rle rle, int height, int width)
    {
        var mask = RleCodec.Decode(rle);
        var scaled = new byte[height * width];
        for (var y = 0; y < height; y++)
        {
            var line = mask.AsSpan((2 * y + 1) * rle.Height / (2 * height) * rle.Width, rle.Width);
            for (var x = 0; x < width; x++) scaled[y * width + x] = line[(2 * x + 1) * rle.Width / (2 * width)];
        }

        return scaled;
    }

    /// <summary>Whether a neighbour lies on the other side of the mask's border.</summary>
    private static bool Touches(byte[] mask, int height, int width, int y, int x)
    {
        var p = y * width + x;
        var here = mask[p];
        return (x > 0 && mask[p - 1] != here) || (x + 1 < width && mask[p + 1] != here) || (y > 0 && mask[p - width] != here) || (y + 1 < height && mask[p + width] != here);
    }

    private static void Dim(Span<byte> pixel)
    {
        var grey = (pixel[0] * 77 + pixel[1] * 150 + pixel[2] * 29) >> 8;
        for (var c = 0; c < 3; c++) pixel[c] = (byte)((pixel[c] + grey) * 80 >> 8);
    }

    private static void Blend(Span<byte> pixel, (int R, int G, int B) colour, int share)
    {
        pixel[0] = (byte)((pixel[0] * (256 - share) + colour.R * share) >> 8);
        pixel[1] = (byte)((pixel[1] * (256 - share) + colour.G * share) >> 8);
        pixel[2] = (byte)((pixel[2] * (256 - share) + colour.B * share) >> 8);
    }
}
