namespace Sa2VA.Media;

/// <summary>Colours of objects. The palette is the one of PASCAL VOC and DAVIS, so that masks look familiar and load everywhere.</summary>
public static class ObjectPalette
{
    private static readonly byte[] DavisBytes = MakeDavis();

    // Entry 0 of DAVIS's palette is the background and its first ones are dark; overlays use colours of their own, bright and far apart.
    private static readonly (byte R, byte G, byte B)[] Bright =
    [
        (230, 25, 75), (60, 180, 255), (255, 225, 25), (60, 200, 75), (245, 130, 48), (190, 70, 240),
        (70, 240, 240), (240, 50, 230), (210, 245, 60), (250, 190, 212), (0, 160, 145), (220, 190, 255),
        (170, 110, 40), (128, 128, 255), (170, 255, 195), (200, 60, 60),
    ];

    /// <summary>DAVIS's palette: 256 RGB triples; entry 0, black, is the background.</summary>
    public static ReadOnlySpan<byte> Davis => DavisBytes;

    /// <summary>The colour in which an overlay shows the object at this place (from 0); it repeats after 16.</summary>
    public static (byte R, byte G, byte B) Tint(int place) => Bright[((place % Bright.Length) + Bright.Length) % Bright.Length];

    /// <summary>The bits of the index, three at a time, become the high bits of R, G and B.</summary>
    private static byte[] MakeDavis()
    {
        var palette = new byte[768];
        for (var i = 0; i < 256; i++)
        {
            for (int bits = i, shift = 7; shift >= 0; bits >>= 3, shift--)
            {
                for (var channel = 0; channel < 3; channel++)
                    palette[i * 3 + channel] |= (byte)(((bits >> channel) & 1) << shift);
            }
        }

        return palette;
    }
}
