namespace Sa2VA.Media;

/// <summary>A PNG as read: 8 bits a channel, colours in the file's own terms.</summary>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="Channels">1 (grey or palette index), 2 (grey, alpha), 3 (RGB) or 4 (RGB, alpha).</param>
/// <param name="Pixels">[H, W, Channels].</param>
/// <param name="Palette">RGB triples when pixels are palette entries; else empty.</param>
public sealed record PngImage(int Width, int Height, int Channels, byte[] Pixels, byte[] Palette)
{
    /// <summary>Pixels are entries of <see cref="Palette"/>.</summary>
    public bool IsIndexed => Palette.Length > 0;

    /// <summary>The picture in RGB; transparency is composed over black.</summary>
    public RgbImage ToRgb()
    {
        var image = new RgbImage(Width, Height);
        var target = image.Pixels;
        for (var i = 0; i < Width * Height; i++)
        {
            var pixel = Pixels.AsSpan(i * Channels, Channels);
            var alpha = Channels is 2 or 4 ? pixel[^1] : 255;
            for (var c = 0; c < 3; c++)
            {
                var value = IsIndexed ? Palette[pixel[0] * 3 + c] : pixel[Channels < 3 ? 0 : c];
                target[i * 3 + c] = (byte)(value * alpha / 255);
            }
        }

        return image;
    }

    /// <summary>
    /// The picture as one object's mask [H, W], 0 or 1: whatever is not black. For a palette picture (DAVIS style) entry 0 is the background;
    /// <paramref name="objectIndex"/> picks one object out of several.
    /// </summary>
    public byte[] ToMask(int? objectIndex = null)
    {
        var mask = new byte[Width * Height];
        for (var i = 0; i < mask.Length; i++)
        {
            var pixel = Pixels.AsSpan(i * Channels, Channels);
            var visible = Channels is not (2 or 4) || pixel[^1] >= 128;
            var colour = Channels is 2 or 4 ? pixel[..^1] : pixel;
            mask[i] = visible && (objectIndex is { } wanted ? colour[0] == wanted : colour.ContainsAnyExcept((byte)0)) ? (byte)1 : (byte)0;
        }

        return mask;
    }
}
