using System.Buffers.Binary;
using System.Globalization;

namespace Sa2VA.Datasets;

/// <summary>The type of a NumPy value, as far as it is plain numbers. The byte order comes after the rest, so it can be set.</summary>
internal sealed class NumpyDtype
{
    private NumpyDtype(char kind, int size) => (Kind, Size) = (kind, size);

    /// <summary>'b' for truth values, 'i', 'u' or 'f'.</summary>
    public char Kind { get; }

    /// <summary>Bytes a value.</summary>
    public int Size { get; }

    /// <summary>Highest byte first.</summary>
    public bool IsBigEndian { get; set; }

    /// <summary>Reads a name as pickles hold it: <c>i8</c>, <c>&lt;f4</c>, <c>b1</c>; null when it is not of plain numbers.</summary>
    public static NumpyDtype? Parse(string name)
    {
        var order = name.Length > 0 && name[0] is '<' or '>' or '|' or '=';
        var rest = order ? name[1..] : name;
        if (rest.Length < 2 || !int.TryParse(rest.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var size))
            return null;
        var known = (rest[0], size) is ('b', 1) or ('i' or 'u', 1 or 2 or 4 or 8) or ('f', 2 or 4 or 8);
        return known ? new NumpyDtype(rest[0], size) { IsBigEndian = order && name[0] == '>' } : null;
    }

    /// <summary>One value: bool, long, ulong (only uint64) or double.</summary>
    public object Value(ReadOnlySpan<byte> bytes) => (Kind, Size) switch
    {
        ('b', _) => bytes[0] != 0,
        ('u', 8) => Bits(bytes),
        ('i' or 'u', _) => Integer(bytes),
        _ => Float(bytes),
    };

    /// <summary>A row of values, as <see cref="PickleArray.Values"/> holds them.</summary>
    public Array Values(byte[] bytes)
    {
        var count = bytes.Length / Size;
        switch (Kind, Size)
        {
            case ('b', _):
                return Array.ConvertAll(bytes, b => b != 0);
            case ('u', 1):
                return bytes.AsSpan().ToArray();
            case ('u', 8):
                return Fill(new ulong[count], bytes, Bits);
            case ('i' or 'u', _):
                return Fill(new long[count], bytes, Integer);
            default:
                return Fill(new double[count], bytes, Float);
        }
    }

    private T[] Fill<T>(T[] values, byte[] bytes, Func<ReadOnlySpan<byte>, T> read)
    {
        for (var i = 0; i < values.Length; i++)
            values[i] = read(bytes.AsSpan(i * Size, Size));
        return values;
    }

    private long Integer(ReadOnlySpan<byte> bytes)
    {
        var bits = Bits(bytes);
        var unused = 64 - Size * 8;
        return Kind == 'i' ? (long)(bits << unused) >> unused : (long)bits;
    }

    private double Float(ReadOnlySpan<byte> bytes) => Size switch
    {
        2 => (double)BitConverter.UInt16BitsToHalf((ushort)Bits(bytes)),
        4 => BitConverter.UInt32BitsToSingle((uint)Bits(bytes)),
        _ => BitConverter.UInt64BitsToDouble(Bits(bytes)),
    };

    private ulong Bits(ReadOnlySpan<byte> bytes)
    {
        Span<byte> whole = stackalloc byte[8];
        whole.Clear();
        bytes.CopyTo(IsBigEndian ? whole[(8 - Size)..] : whole);
        return IsBigEndian ? BinaryPrimitives.ReadUInt64BigEndian(whole) : BinaryPrimitives.ReadUInt64LittleEndian(whole);
    }
}
