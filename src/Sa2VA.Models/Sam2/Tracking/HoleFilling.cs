namespace Sa2VA.Models.Sam2.Tracking;

/// <summary>Fills small holes in a mask: 8-connected background components of few pixels become weak foreground.</summary>
public static class HoleFilling
{
    /// <summary>The logit a filled pixel gets.</summary>
    public const float FilledLogit = 0.1f;

    /// <summary>Fills, in place, every background component (logit at most 0) of at most <paramref name="maxArea"/> pixels.</summary>
    /// <param name="logits">One mask, row by row.</param>
    /// <param name="width">Pixels in a row.</param>
    /// <param name="maxArea">Largest hole to fill, in pixels; 0 fills none.</param>
    public static void Fill(Span<float> logits, int width, int maxArea)
    {
        if (maxArea <= 0) return;
        var visited = new bool[logits.Length];
        var component = new int[logits.Length];           // a queue whose read part stays, so that the component can be filled
        for (var start = 0; start < logits.Length; start++)
        {
            if (visited[start] || !IsBackground(logits[start])) continue;
            var size = Flood(logits, width, start, visited, component);
            if (size > maxArea) continue;
            for (var i = 0; i < size; i++) logits[component[i]] = FilledLogit;
        }
    }

    // NaN is not background, as in "mask <= 0".
    private static bool IsBackground(float logit) => logit <= 0;

    private static int Flood(ReadOnlySpan<float> logits, int width, int start, bool[] visited, int[] component)
    {
        var height = logits.Length / width;
        var size = 0;
        component[size++] = start;
        visited[start] = true;
        for (var read = 0; read < size; read++)
        {
            var (row, column) = Math.DivRem(component[read], width);
            for (var y = Math.Max(row - 1, 0); y <= Math.Min(row + 1, height - 1); y++)
            {
                for (var x = Math.Max(column - 1, 0); x <= Math.Min(column + 1, width - 1); x++)
                {
                    var pixel = (y * width) + x;
                    if (visited[pixel] || !IsBackground(logits[pixel])) continue;
                    visited[pixel] = true;
                    component[size++] = pixel;
                }
            }
        }
        return size;
    }
}
