using System.Globalization;

namespace Sa2VA.Media;

/// <summary>The 3x3 matrix by which a container asks players to turn or mirror its frames (phones film sideways and say so here).</summary>
internal sealed record DisplayMatrix(int Rotation, string Filters)
{
    public static readonly DisplayMatrix Identity = new(0, "");

    public bool SwapsSides => Rotation is 90 or 270;

    /// <summary>Reads ffprobe's three lines <c>00000000:  0  -65536  0</c>.</summary>
    /// <exception cref="MediaException">The matrix is not made of quarter turns and mirrors.</exception>
    public static DisplayMatrix Parse(string path, string text)
    {
        var numbers = text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(line => line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(word => long.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n) ? n : 0)
            .ToArray();
        if (numbers.Length != 9)
            return Identity;

        // x' = a x + c y, y' = b x + d y, in 16.16 fixed point.
        var (a, b, c, d) = (Sign(numbers[0]), Sign(numbers[1]), Sign(numbers[3]), Sign(numbers[4]));
        return (a, b, c, d) switch
        {
            (1, 0, 0, 1) or (0, 0, 0, 0) => Identity,
            (0, 1, -1, 0) => new(90, "transpose=clock"),
            (-1, 0, 0, -1) => new(180, "hflip,vflip"),
            (0, -1, 1, 0) => new(270, "transpose=cclock"),
            (-1, 0, 0, 1) => new(0, "hflip"),
            (1, 0, 0, -1) => new(0, "vflip"),
            (0, 1, 1, 0) => new(90, "transpose=cclock_flip"),
            (0, -1, -1, 0) => new(270, "transpose=clock_flip"),
            _ => throw new MediaException(MediaErrorKind.Unsupported,
                $"'{path}' asks to be shown at an angle that is not a quarter turn. Convert it first: ffmpeg -i IN OUT.mp4"),
        };
    }

    // Rounding noise of a few thousandths is not an angle.
    private static int Sign(long value) => value > 1 << 10 ? 1 : value < -(1 << 10) ? -1 : 0;
}
