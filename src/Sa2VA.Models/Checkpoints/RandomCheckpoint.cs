using System.Runtime.InteropServices;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors.Safetensors;

namespace Sa2VA.Models.Checkpoints;

/// <summary>
/// Writes the parameters of a catalogue with random values, piece by piece: a checkpoint of any size in a few megabytes of memory.
/// The same seed gives the same bytes, whatever the machine and the number of threads.
/// </summary>
internal sealed class RandomCheckpoint(ulong seed, SafetensorsDtype dtype, IReadOnlyDictionary<string, IReadOnlyDictionary<long, float[]>> rows)
{
    private const int PieceValues = 4 << 20;
    private const int StripeValues = 64 << 10;
    private readonly float[] _values = new float[PieceValues];

    /// <summary>Writes all tensors into a folder.</summary>
    public void Write(string folder, IEnumerable<WeightSpec> specs, long shardBytes, Func<string, string> rename, CancellationToken cancellationToken)
    {
        var byName = specs.ToDictionary(spec => rename(spec.Name), StringComparer.Ordinal);
        SafetensorsShards.Write(
            folder, byName.Select(pair => new SafetensorsDeclaration(pair.Key, dtype, pair.Value.Shape)),
            (entry, writer) => WriteTensor(entry.Name, byName[entry.Name], writer, cancellationToken), shardBytes, cancellationToken);
    }

    private void WriteTensor(string storedName, WeightSpec spec, SafetensorsWriter writer, CancellationToken cancellationToken)
    {
        var random = new RandomValues(seed, spec);
        for (var start = 0L; start < spec.Count; start += PieceValues)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = (int)Math.Min(PieceValues, spec.Count - start);
            var first = start;
            Parallel.For(0, (count + StripeValues - 1) / StripeValues, stripe =>
            {
                var offset = stripe * StripeValues;
                random.Fill(first + offset, _values.AsSpan(offset, Math.Min(StripeValues, count - offset)));
            });
            PlaceRows(spec, start, count);
            writer.Append(storedName, dtype == SafetensorsDtype.BF16 ? Round(count) : MemoryMarshal.AsBytes(_values.AsSpan(0, count)));
        }
    }

    // Rows that were chosen instead of drawn; one may begin in a piece and end in the next.
    private void PlaceRows(WeightSpec spec, long start, int count)
    {
        if (!rows.TryGetValue(spec.Name, out var chosen))
            return;
        foreach (var (row, values) in chosen)
        {
            var (from, to) = (Math.Max(row * values.Length, start), Math.Min((row + 1) * values.Length, start + count));
            if (from < to)
                values.AsSpan((int)(from - row * values.Length), (int)(to - from)).CopyTo(_values.AsSpan((int)(from - start)));
        }
    }

    // To the nearest bfloat16, ties to even; in place, since two bytes never overtake four.
    private ReadOnlySpan<byte> Round(int count)
    {
        var bits = MemoryMarshal.Cast<float, uint>(_values.AsSpan(0, count));
        var halves = MemoryMarshal.Cast<float, ushort>(_values.AsSpan(0, count));
        for (var i = 0; i < count; i++)
            halves[i] = (ushort)((bits[i] + 0x7fff + ((bits[i] >> 16) & 1)) >> 16);
        return MemoryMarshal.AsBytes(halves[..count]);
    }
}
