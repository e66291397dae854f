using Sa2VA.Media;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cluster.Annotation.Pictures;

/// <summary>What a language model is shown of an object.</summary>
internal static class ObjectPictures
{
    // Smaller pictures are enlarged: some servers refuse them, and models are not used to them.
    private const int LeastSide = 448;
    private const double Margin = 0.1;
    private const int LeastMargin = 8;
    private const byte Ground = 128;

    /// <summary>The object alone: cut out with a margin, and everything around it grey.</summary>
    /// <param name="frame">The frame; borrowed.</param>
    /// <param name="mask">Of the object in that frame's size, row by row; not empty.</param>
    /// <param name="maxSide">Most pixels of the longer side.</param>
    public static RgbImage Cutout(RgbImage frame, ReadOnlySpan<byte> mask, int maxSide)
    {
        var (x, y, width, height) = CropOf(mask, frame.Width, frame.Height);
        using var crop = frame.Crop(x, y, width, height);
        for (var row = 0; row < height; row++)
        {
            var pixels = crop.Row(row);
            for (var column = 0; column < width; column++)
            {
                if (mask[(y + row) * frame.Width + x + column] == 0) pixels.Slice(column * 3, 3).Fill(Ground);
            }
        }

        var (w, h) = Fitted(width, height, Math.Clamp(Math.Max(width, height), Math.Min(LeastSide, maxSide), maxSide));
        return crop.ResizeBicubic(w, h);
    }

    /// <summary>The whole frame with the object outlined; as it is where the object is not to be seen.</summary>
    /// <param name="frame">The frame; borrowed.</param>
    /// <param name="mask">Of the object in that frame's size, row by row.</param>
    /// <param name="maxSide">Most pixels of the longer side.</param>
    public static RgbImage Outlined(RgbImage frame, ReadOnlySpan<byte> mask, int maxSide)
    {
        var (width, height) = Fitted(frame.Width, frame.Height, Math.Min(maxSide, Math.Max(frame.Width, frame.Height)));
        var picture = frame.ResizeBicubic(width, height);
        // Drawn last, so that the band is sharp and as wide as it should be.
        ObjectOutline.Draw(picture, Resized(mask, frame.Width, frame.Height, width, height), ObjectOutline.Thickness(width, height));
        return picture;
    }

    /// <summary>The rectangle around the object with its margin, inside the frame.</summary>
    public static PixelBox CropOf(ReadOnlySpan<byte> mask, int width, int height)
    {
        var box = RleGeometry.Box(RleCodec.Encode(mask, height, width)) ?? throw new ArgumentException("The mask is empty.", nameof(mask));
        var margin = Math.Max(LeastMargin, (int)Math.Round(Math.Max(box.Width, box.Height) * Margin));
        var (left, top) = (Math.Max(0, box.X - margin), Math.Max(0, box.Y - margin));
        return new PixelBox(left, top, Math.Min(width, box.X + box.Width + margin) - left, Math.Min(height, box.Y + box.Height + margin) - top);
    }

    /// <summary>A size of the same shape with that longer side.</summary>
    private static (int Width, int Height) Fitted(int width, int height, int side)
    {
        var scale = (double)side / Math.Max(width, height);
        return (Math.Max(1, (int)Math.Round(width * scale)), Math.Max(1, (int)Math.Round(height * scale)));
    }

    /// <summary>The mask in another size; a pixel is set where any of those is that it stands for, so that small things stay.</summary>
    private static byte[] Resized(ReadOnlySpan<byte> mask, int width, int height, int newWidth, int newHeight)
    {
        if (width == newWidth && height == newHeight) return mask.ToArray();
        var resized = new byte[newWidth * newHeight];
        for (var y = 0; y < newHeight; y++)
        {
            var (top, bottom) = Cell(y, newHeight, height);
            for (var x = 0; x < newWidth; x++)
            {
                var (left, right) = Cell(x, newWidth, width);
                for (var row = top; row < bottom && resized[y * newWidth + x] == 0; row++)
                {
                    if (mask.Slice(row * width + left, right - left).ContainsAnyExcept((byte)0)) resized[y * newWidth + x] = 1;
                }
            }
        }

        return resized;
    }

    private static (int From, int To) Cell(int place, int places, int pixels)
    {
        var from = (int)((long)place * pixels / places);
        return (from, Math.Max(from + 1, (int)((long)(place + 1) * pixels / places)));
    }
}
