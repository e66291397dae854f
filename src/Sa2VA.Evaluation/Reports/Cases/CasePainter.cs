using Sa2VA.Media;
using Sa2VA.Media.Masks;

namespace Sa2VA.Evaluation.Reports.Cases;

/// <summary>
/// Draws a prediction and the truth into a frame: the prediction hatched, the truth outlined, and everything else dimmed. Form tells them
/// apart, not colour alone: objects may have the same.
/// </summary>
internal static class CasePainter
{
    /// <summary>Wide enough for sharp outlines on a dense screen, small enough for a hundred pictures in one page.</summary>
    private const int Width = 288;

    /// <summary>Pixels of the outline.</summary>
    private const int Border = 2;

    /// <summary>Pixels from one line of the hatching to the next.</summary>
    private const int Hatch = 7;

    /// <summary>Hatching of the prediction; <c>report.css</c> has the same for its legend.</summary>
    private static readonly (int R, int G, int B) Tint = (255, 45, 146);

    /// <summary>Outline of the truth; <c>report.css</c> has the same for its legend.</summary>
    private static readonly (int R, int G, int B) Outline = (64, 255, 140);

    /// <summary>A new picture, <see cref="Width"/> wide.</summary>
    public static RgbImage Paint(RgbImage frame, Rle prediction, Rle truth)
    {
        var (width, height) = (Width, Math.Max(1, (int)Math.Round((double)frame.Height * Width / frame.Width)));
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
                if (predicted[p] != 0) Blend(pixel, Tint, (x + y) % Hatch < 2 ? 230 : 90);
                if (meant[p] != 0 && Differs(meant, height, width, y, x, Border)) Blend(pixel, Outline, 256);
                else if (meant[p] == 0 && Differs(meant, height, width, y, x, 1)) Blend(pixel, (0, 0, 0), 150);
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

    /// <summary>Whether within so many rows or columns the mask has the other value.</summary>
    private static bool Differs(byte[] mask, int height, int width, int y, int x, int reach)
    {
        var p = y * width + x;
        for (var d = 1; d <= reach; d++)
        {
            if ((x >= d && mask[p - d] != mask[p]) || (x + d < width && mask[p + d] != mask[p]) || (y >= d && mask[p - d * width] != mask[p]) || (y + d < height && mask[p + d * width] != mask[p]))
                return true;
        }

        return false;
    }

    private static void Dim(Span<byte> pixel)
    {
        var grey = (pixel[0] * 77 + pixel[1] * 150 + pixel[2] * 29) >> 8;
        for (var c = 0; c < 3; c++) pixel[c] = (byte)((pixel[c] + grey) * 92 >> 8);
    }

    private static void Blend(Span<byte> pixel, (int R, int G, int B) colour, int share)
    {
        pixel[0] = (byte)((pixel[0] * (256 - share) + colour.R * share) >> 8);
        pixel[1] = (byte)((pixel[1] * (256 - share) + colour.G * share) >> 8);
        pixel[2] = (byte)((pixel[2] * (256 - share) + colour.B * share) >> 8);
    }
}
