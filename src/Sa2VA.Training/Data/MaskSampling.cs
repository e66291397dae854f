namespace Sa2VA.Training.Data;

/// <summary>Masks of a frame at the sizes that training wants, from sets of things per pixel.</summary>
internal static class MaskSampling
{
    // Probes along a side of a cell.
    private const int Probes = 3;

    /// <summary>A set of things as coverage of t·t cells, and as a mask prompt of S·S pixels where <paramref name="promptSide"/> is not 0.</summary>
    public static TargetMask Sample(ReadOnlySpan<uint> things, int width, int height, uint wanted, int side, int promptSide)
    {
        var coverage = new float[side * side];
        var visible = false;
        for (var y = 0; y < side * Probes; y++)
        {
            var row = things.Slice((int)((y + 0.5) * height / (side * Probes)) * width, width);
            for (var x = 0; x < side * Probes; x++)
            {
                if ((row[(int)((x + 0.5) * width / (side * Probes))] & wanted) == 0)
                    continue;
                coverage[y / Probes * side + x / Probes] += 1f / (Probes * Probes);
                visible = true;
            }
        }

        return new TargetMask(coverage, promptSide == 0 ? [] : Prompt(things, width, height, wanted, promptSide), visible);
    }

    /// <summary>The thing that covers most of each cell of a grid, plus 1; 0 for none, -1 where it is unclear.</summary>
    public static void Owners(ReadOnlySpan<uint> things, int width, int height, int side, Span<int> owners)
    {
        Span<int> counts = stackalloc int[33];
        var probes = Math.Max(Probes, 64 / side);
        for (var cell = 0; cell < side * side; cell++)
        {
            counts.Clear();
            var (top, left) = (cell / side, cell % side);
            for (var probe = 0; probe < probes * probes; probe++)
            {
                var y = (int)((top + (probe / probes + 0.5) / probes) * height / side);
                var x = (int)((left + (probe % probes + 0.5) / probes) * width / side);
                var set = things[y * width + x];
                counts[set == 0 ? 0 : System.Numerics.BitOperations.TrailingZeroCount(set) + 1]++;
            }

            owners[cell] = Clear(counts, probes * probes);
        }
    }

    // A thing needs a fair share; ground needs nearly all.
    private static int Clear(ReadOnlySpan<int> counts, int all)
    {
        var best = 1;
        for (var i = 2; i < counts.Length; i++)
        {
            if (counts[i] > counts[best])
                best = i;
        }

        return counts[best] * 10 >= all * 4 ? best : counts[best] == 0 ? 0 : -1;
    }

    private static byte[] Prompt(ReadOnlySpan<uint> things, int width, int height, uint wanted, int side)
    {
        var prompt = new byte[side * side];
        for (var y = 0; y < side; y++)
        {
            var row = things.Slice((int)((y + 0.5) * height / side) * width, width);
            for (var x = 0; x < side; x++)
                prompt[y * side + x] = (row[(int)((x + 0.5) * width / side)] & wanted) != 0 ? (byte)1 : (byte)0;
        }

        return prompt;
    }
}
