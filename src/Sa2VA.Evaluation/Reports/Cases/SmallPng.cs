using Sa2VA.Media;

namespace Sa2VA.Evaluation.Reports.Cases;

/// <summary>
/// PNG with a palette made for the picture: a quarter of the size of full colour. Colours are chosen by median cut (Heckbert 1982): the
/// box with the most pixels, weighted by its longest side, is halved at the median until there are enough.
/// </summary>
internal static class SmallPng
{
    private const int Colours = 96;

    /// <summary>Colours are counted in cells of 8 x 8 x 8 values.</summary>
    private const int CellBits = 5;

    public static byte[] Write(RgbImage image)
    {
        var counts = new int[1 << (3 * CellBits)];
        var pixels = image.Pixels;
        for (var p = 0; p < pixels.Length; p += 3) counts[Cell(pixels, p)]++;
        var boxes = new List<Box> { new([.. Enumerable.Range(0, counts.Length).Where(cell => counts[cell] > 0)], counts) };
        while (boxes.Count < Colours && boxes.Where(b => b.CanSplit).MaxBy(b => b.Weight) is { } widest)
        {
            boxes.Remove(widest);
            boxes.AddRange(widest.Split(counts));
        }

        var palette = new byte[boxes.Count * 3];
        var entry = new byte[counts.Length];
        for (var b = 0; b < boxes.Count; b++)
        {
            boxes[b].Mean(counts).CopyTo(palette.AsSpan(b * 3));
            foreach (var cell in boxes[b].Cells) entry[cell] = (byte)b;
        }

        var indices = new byte[image.Width * image.Height];
        for (var i = 0; i < indices.Length; i++) indices[i] = entry[Cell(pixels, i * 3)];
        using var png = new MemoryStream();
        PngWriter.WriteIndexed(png, image.Width, image.Height, indices, palette);
        return png.ToArray();
    }

    private static int Cell(ReadOnlySpan<byte> pixels, int p)
        => pixels[p] >> (8 - CellBits) << (2 * CellBits) | pixels[p + 1] >> (8 - CellBits) << CellBits | pixels[p + 2] >> (8 - CellBits);

    private static int Channel(int cell, int channel) => cell >> ((2 - channel) * CellBits) & ((1 << CellBits) - 1);

    /// <summary>Some cells of the colour cube.</summary>
    private sealed class Box
    {
        private readonly int _longest;
        private readonly long _pixels;

        public Box(int[] cells, int[] counts)
        {
            Cells = cells;
            _pixels = cells.Sum(cell => (long)counts[cell]);
            var sides = Enumerable.Range(0, 3).Select(c => cells.Max(cell => Channel(cell, c)) - cells.Min(cell => Channel(cell, c))).ToArray();
            _longest = Array.IndexOf(sides, sides.Max());
            Weight = _pixels * sides.Max();
        }

        public int[] Cells { get; }

        public long Weight { get; }

        public bool CanSplit => Cells.Length > 1;

        public IEnumerable<Box> Split(int[] counts)
        {
            var sorted = Cells.OrderBy(cell => Channel(cell, _longest)).ToArray();
            var (middle, seen) = (0, 0L);
            while (middle < sorted.Length - 1 && (middle == 0 || seen + counts[sorted[middle]] <= _pixels / 2)) seen += counts[sorted[middle++]];
            return [new Box(sorted[..middle], counts), new Box(sorted[middle..], counts)];
        }

        public byte[] Mean(int[] counts) =>
            [.. Enumerable.Range(0, 3).Select(c => (byte)(Cells.Sum(cell => (long)counts[cell] * (Channel(cell, c) * 8 + 4)) / _pixels))];
    }
}
