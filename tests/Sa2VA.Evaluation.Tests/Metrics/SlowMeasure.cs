namespace Sa2VA.Evaluation.Tests.Metrics;

/// <summary>The boundary measure pixel by pixel, as its definition reads.</summary>
internal static class SlowMeasure
{
    public static double J(byte[] prediction, byte[] truth)
    {
        var common = prediction.Zip(truth, (p, t) => p & t).Sum();
        var union = prediction.Zip(truth, (p, t) => p | t).Sum();
        return union == 0 ? 1 : (double)common / union;
    }

    public static double F(byte[] prediction, byte[] truth, int height, int width)
    {
        var radius = (int)Math.Ceiling(0.008 * Math.Sqrt(height * height + width * width));
        var (p, t) = (Boundary(prediction, height, width), Boundary(truth, height, width));
        if (p.Sum(b => b) == 0 || t.Sum(b => b) == 0) return p.Sum(b => b) == t.Sum(b => b) ? 1 : 0;
        var precision = Within(p, t, height, width, radius) / p.Sum(b => b);
        var recall = Within(t, p, height, width, radius) / t.Sum(b => b);
        return precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
    }

    public static byte[] Boundary(byte[] mask, int height, int width)
    {
        var boundary = new byte[mask.Length];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var (lastRow, lastColumn, here) = (y == height - 1, x == width - 1, mask[y * width + x]);
                var differs = (!lastColumn && mask[y * width + x + 1] != here)
                    || (!lastRow && mask[(y + 1) * width + x] != here)
                    || (!lastRow && !lastColumn && mask[(y + 1) * width + x + 1] != here);
                boundary[y * width + x] = differs ? (byte)1 : (byte)0;
            }
        }

        return boundary;
    }

    private static double Within(byte[] boundary, byte[] other, int height, int width, int radius)
    {
        var matched = 0;
        for (var p = 0; p < boundary.Length; p++)
        {
            if (boundary[p] != 0 && IsNear(other, p / width, p % width, height, width, radius)) matched++;
        }

        return matched;
    }

    private static bool IsNear(byte[] boundary, int y, int x, int height, int width, int radius)
    {
        for (var dy = -radius; dy <= radius; dy++)
        {
            for (var dx = -radius; dx <= radius; dx++)
            {
                var (ny, nx) = (y + dy, x + dx);
                if (dy * dy + dx * dx <= radius * radius && ny >= 0 && ny < height && nx >= 0 && nx < width && boundary[ny * width + nx] != 0)
                    return true;
            }
        }

        return false;
    }
}
