using Sa2VA.Media;

namespace Sa2VA.Cluster.Regrounding;

/// <summary>
/// Finds where a scene begins: the colours of a coarse grid over a frame are counted, and a frame whose counts differ much from those of
/// the one before is another scene. What moves keeps its colours; a cut changes most of them.
/// </summary>
internal sealed class CutDetector
{
    /// <summary>Share of the picture that has to change its colours.</summary>
    public const double Threshold = 0.5;

    // 4 levels of each colour.
    private const int Bins = 64;

    // Points along each side.
    private const int Grid = 64;

    private int[]? _before;

    /// <summary>Whether a frame begins a scene. Frames come in order; the first of all begins none.</summary>
    public bool IsCut(RgbImage image)
    {
        var counts = Count(image);
        var before = _before;
        _before = counts;
        return before is not null && counts.Zip(before, static (a, b) => Math.Abs(a - b)).Sum() > 2 * Threshold * Grid * Grid;
    }

    private static int[] Count(RgbImage image)
    {
        var counts = new int[Bins];
        var pixels = image.Pixels;
        for (var row = 0; row < Grid; row++)
        {
            var line = (int)((row + 0.5) * image.Height / Grid) * image.Width;
            for (var column = 0; column < Grid; column++)
            {
                var at = 3 * (line + (int)((column + 0.5) * image.Width / Grid));
                counts[(pixels[at] >> 6 << 4) | (pixels[at + 1] >> 6 << 2) | (pixels[at + 2] >> 6)]++;
            }
        }

        return counts;
    }
}
