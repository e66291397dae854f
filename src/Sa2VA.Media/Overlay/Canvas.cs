namespace Sa2VA.Media;

/// <summary>The few drawing operations that overlays need, clipped to the picture.</summary>
internal static class Canvas
{
    public static void Fill(RgbImage image, int x, int y, int width, int height, (byte R, byte G, byte B) colour)
    {
        var (left, top) = (Math.Max(x, 0), Math.Max(y, 0));
        var (right, bottom) = (Math.Min(x + width, image.Width), Math.Min(y + height, image.Height));
        for (var row = top; row < bottom; row++)
        {
            var line = image.Row(row);
            for (var column = left; column < right; column++)
            {
                line[column * 3] = colour.R;
                line[column * 3 + 1] = colour.G;
                line[column * 3 + 2] = colour.B;
            }
        }
    }

    /// <summary>Darkens a rectangle to a third, so that text on it can be read.</summary>
    public static void Shade(RgbImage image, int x, int y, int width, int height)
    {
        var (left, top) = (Math.Max(x, 0), Math.Max(y, 0));
        var (right, bottom) = (Math.Min(x + width, image.Width), Math.Min(y + height, image.Height));
        for (var row = top; row < bottom && left < right; row++)
        {
            foreach (ref var value in image.Row(row)[(left * 3)..(right * 3)])
                value = (byte)(value / 3);
        }
    }

    public static void Paste(RgbImage image, RgbImage part, int x, int y)
    {
        for (var row = 0; row < part.Height && y + row < image.Height; row++)
            part.Row(row)[..(Math.Min(part.Width, image.Width - x) * 3)].CopyTo(image.Row(y + row)[(x * 3)..]);
    }
}
