namespace Sa2VA.Media;

/// <summary>The strip at the foot of a frame that says which colour is which expression.</summary>
public static class Legend
{
    /// <summary>Most lines shown; a run with more objects names the rest by their number in the last line.</summary>
    private const int MaxLines = 8;

    /// <summary>Draws a line per object over a shaded strip at the bottom of <paramref name="image"/>.</summary>
    public static void Draw(RgbImage image, IReadOnlyList<ObjectMask> objects)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(objects);
        var scale = Math.Max(1, image.Height / 270);
        var line = LineHeight(scale);
        // At most half of a picture that is very flat.
        var room = Math.Max(1, Math.Min(MaxLines, image.Height / 2 / line));
        var shown = objects.Count <= room ? objects.Count : room - 1;
        var lines = Math.Min(objects.Count, room);
        if (lines == 0)
            return;

        var top = image.Height - lines * line - 2 * scale;
        Canvas.Shade(image, 0, top, image.Width, image.Height - top);
        for (var i = 0; i < shown; i++)
        {
            var y = top + 2 * scale + i * line;
            var side = BitmapFont.GlyphHeight * scale;
            Canvas.Fill(image, 3 * scale, y, side, side, ObjectPalette.Tint(objects[i].Place));
            var x = 3 * scale + side + 3 * scale;
            BitmapFont.Draw(image, Fit(objects[i].Label, image.Width - x - 2 * scale, scale), x, y, scale, (255, 255, 255));
        }

        if (shown < objects.Count)
            BitmapFont.Draw(image, $"+ {objects.Count - shown} more", 3 * scale, top + 2 * scale + shown * line, scale, (255, 255, 255));
    }

    internal static int LineHeight(int scale) => (BitmapFont.GlyphHeight + 3) * scale;

    /// <summary>The text, or as much of its beginning as fits, with dots.</summary>
    internal static string Fit(string text, int width, int scale)
    {
        text = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        if (BitmapFont.Measure(text, scale) <= width)
            return text;
        var fits = Math.Max(0, (width / scale + 1) / BitmapFont.Advance - 2);
        return text[..Math.Min(fits, text.Length)] + "..";
    }
}
