using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Sa2VA.Media;

/// <summary>
/// Pillow's separable 8-bit resampling: a horizontal pass rounded to 8 bits, then a vertical one. Sums are exact 32-bit integers, so
/// every order of summation, vectors included, gives the same bytes. A pass over an axis that keeps its length is skipped, as there.
/// </summary>
internal static class PillowResize
{
    private const int Half = 1 << (ResampleTable.FractionBits - 1);

    public static RgbImage Bicubic(RgbImage source, int width, int height)
    {
        if (width == source.Width && height == source.Height)
            return source.Clone();
        var result = new RgbImage(width, height);
        if (width == source.Width)
        {
            Vertical(source.Pixels, result.Pixels, width * 3, ResampleTable.For(source.Height, height));
        }
        else if (height == source.Height)
        {
            Horizontal(source.Pixels, source.Width, result.Pixels, width, height, ResampleTable.For(source.Width, width));
        }
        else
        {
            using var wide = new RgbImage(width, source.Height);
            Horizontal(source.Pixels, source.Width, wide.Pixels, width, source.Height, ResampleTable.For(source.Width, width));
            Vertical(wide.Pixels, result.Pixels, width * 3, ResampleTable.For(source.Height, height));
        }

        return result;
    }

    /// <summary>Resamples along rows. A row is first widened to four 32-bit lanes a pixel, so that a tap is one vector multiply-add.</summary>
    private static void Horizontal(ReadOnlySpan<byte> source, int sourceWidth, Span<byte> target, int width, int rows, ResampleTable table)
    {
        var lanes = ArrayPool<int>.Shared.Rent(sourceWidth * 4);
        try
        {
            for (var y = 0; y < rows; y++)
            {
                Widen(source.Slice(y * sourceWidth * 3, sourceWidth * 3), lanes);
                ref var row = ref MemoryMarshal.GetArrayDataReference(lanes);
                ref var weights = ref MemoryMarshal.GetArrayDataReference(table.Weights);
                var output = target.Slice(y * width * 3, width * 3);
                for (var x = 0; x < width; x++)
                {
                    ref var pixel = ref Unsafe.Add(ref row, table.First[x] * 4);
                    ref var weight = ref Unsafe.Add(ref weights, x * table.Taps);
                    var sum = Vector128.Create(Half);
                    var count = table.Counts[x];
                    for (var i = 0; i < count; i++)
                        sum += Vector128.LoadUnsafe(ref pixel, (nuint)(i * 4)) * Unsafe.Add(ref weight, i);
                    sum = Clip(sum >> ResampleTable.FractionBits);
                    output[x * 3 + 2] = (byte)sum[2];
                    output[x * 3 + 1] = (byte)sum[1];
                    output[x * 3] = (byte)sum[0];
                }
            }
        }
        finally
        {
            ArrayPool<int>.Shared.Return(lanes);
        }
    }

    private static void Widen(ReadOnlySpan<byte> row, Span<int> lanes)
    {
        for (int i = 0, o = 0; i < row.Length; i += 3, o += 4)
        {
            lanes[o + 2] = row[i + 2];
            lanes[o + 1] = row[i + 1];
            lanes[o] = row[i];
        }
    }

    /// <summary>Resamples along columns: a weighted sum of whole rows, 16 bytes at a time.</summary>
    private static void Vertical(ReadOnlySpan<byte> source, Span<byte> target, int stride, ResampleTable table)
    {
        var rows = target.Length / stride;
        for (var y = 0; y < rows; y++)
        {
            var weights = table.Weights.AsSpan(y * table.Taps, table.Counts[y]);
            var input = source[(table.First[y] * stride)..];
            var output = target.Slice(y * stride, stride);
            var x = 0;
            for (; x <= stride - 16; x += 16)
                Column16(input[x..], stride, weights).CopyTo(output[x..]);
            for (; x < stride; x++)
            {
                var sum = Half;
                for (var i = 0; i < weights.Length; i++)
                    sum += input[i * stride + x] * weights[i];
                output[x] = (byte)Math.Clamp(sum >> ResampleTable.FractionBits, 0, 255);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Column16(ReadOnlySpan<byte> input, int stride, ReadOnlySpan<int> weights)
    {
        var low = Vector256.Create(Half);
        var high = low;
        ref var start = ref MemoryMarshal.GetReference(input);
        for (var i = 0; i < weights.Length; i++)
        {
            var pixels = Vector256.WidenLower(Vector128.LoadUnsafe(ref start, (nuint)(i * stride)).ToVector256Unsafe());
            var (a, b) = Vector256.Widen(pixels);
            low += a.AsInt32() * weights[i];
            high += b.AsInt32() * weights[i];
        }

        var words = Vector256.Narrow(Clip(low >> ResampleTable.FractionBits), Clip(high >> ResampleTable.FractionBits));
        return Vector256.Narrow(words.AsUInt16(), words.AsUInt16()).GetLower();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Clip(Vector128<int> value) => Vector128.Min(Vector128.Max(value, Vector128<int>.Zero), Vector128.Create(255));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Clip(Vector256<int> value) => Vector256.Min(Vector256.Max(value, Vector256<int>.Zero), Vector256.Create(255));
}
