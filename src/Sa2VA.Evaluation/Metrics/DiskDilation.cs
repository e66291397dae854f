namespace Sa2VA.Evaluation.Metrics;

/// <summary>
/// Grows a mask by a disk: a pixel is set when a set one lies within <c>dx*dx + dy*dy &lt;= r*r</c>. A column is grown vertically in
/// steps of one pixel, and at each step added to the columns at the distances where the disk is that high.
/// </summary>
internal sealed class DiskDilation
{
    private readonly int _radius;
    private readonly ulong[] _grown;
    private readonly ulong[] _next;

    // Distances between columns at which the disk reaches exactly that many pixels up and down: [From, To].
    private readonly (int From, int To)[] _distances;

    public DiskDilation(int height, int width)
    {
        _radius = ToleranceRadius(height, width);
        var words = (height + 63) / 64;
        (_grown, _next) = (new ulong[words], new ulong[words]);
        _distances = new (int, int)[_radius + 1];
        for (var reach = 0; reach <= _radius; reach++)
            _distances[reach] = (FirstDistance(reach), FirstDistance(reach - 1) - 1);
    }

    /// <summary>How far apart boundaries may lie and still count as the same, pixels: 0.8 % of the diagonal, rounded up.</summary>
    public static int ToleranceRadius(int height, int width)
        => (int)Math.Ceiling(0.008 * Math.Sqrt((double)height * height + (double)width * width));

    /// <summary>Replaces <paramref name="target"/> by the grown <paramref name="source"/>. Pixels of the padding may be set in it.</summary>
    public void Grow(BitMask source, BitMask target)
    {
        target.Words.Clear();
        for (var x = 0; x < source.Width; x++)
        {
            var column = source.Column(x);
            var first = column.IndexOfAnyExcept(0UL);
            if (first < 0) continue;
            // Words without a pixel near them stay empty: only those in between are worked on.
            var margin = (_radius + 63) / 64;
            var from = Math.Max(0, first - margin);
            var to = Math.Min(column.Length, column.LastIndexOfAnyExcept(0UL) + margin + 1);
            column[from..to].CopyTo(_grown.AsSpan(from..to));
            for (var reach = 0; ; reach++)
            {
                Add(target, x, _distances[reach], from, to);
                if (reach == _radius) break;
                GrowByOne(from, to);
            }
        }
    }

    private void Add(BitMask target, int x, (int From, int To) distances, int from, int to)
    {
        var grown = _grown.AsSpan(from..to);
        for (var distance = distances.From; distance <= distances.To; distance++)
        {
            if (x - distance >= 0) Or(target.Column(x - distance)[from..to], grown);
            if (distance > 0 && x + distance < target.Width) Or(target.Column(x + distance)[from..to], grown);
        }
    }

    private static void Or(Span<ulong> target, ReadOnlySpan<ulong> added)
    {
        for (var w = 0; w < target.Length; w++) target[w] |= added[w];
    }

    /// <summary>Grows the current column by a pixel up and down.</summary>
    private void GrowByOne(int from, int to)
    {
        for (var w = from; w < to; w++)
        {
            var above = w > from ? _grown[w - 1] >> 63 : 0;
            var below = w + 1 < to ? _grown[w + 1] << 63 : 0;
            _next[w] = _grown[w] | _grown[w] << 1 | above | _grown[w] >> 1 | below;
        }

        _next.AsSpan(from..to).CopyTo(_grown.AsSpan(from..to));
    }

    /// <summary>The smallest distance at which the disk reaches no further than <paramref name="reach"/>; beyond the disk for -1.</summary>
    private int FirstDistance(int reach)
    {
        if (reach < 0) return _radius + 1;
        var distance = 0;
        while (distance * distance + (reach + 1) * (reach + 1) <= _radius * _radius) distance++;
        return distance;
    }
}
