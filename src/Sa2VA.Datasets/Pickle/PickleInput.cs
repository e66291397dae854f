using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace Sa2VA.Datasets;

/// <summary>The bytes of a pickle and how its arguments are written. Every read is checked against the end.</summary>
internal sealed class PickleInput(byte[] bytes)
{
    // Reading decimal digits takes time with the square of their number.
    private const int MaxDigits = 5_000;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public int Position { get; private set; }

    public int Length => bytes.Length;

    public byte Byte() => Take(1)[0];

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    public double Double() => BinaryPrimitives.ReadDoubleBigEndian(Take(8));

    public byte[] Bytes(ulong count) => Take(count).ToArray();

    public string Latin1(ulong count) => Encoding.Latin1.GetString(Take(count));

    public string Utf8(ulong count)
    {
        var at = Position;
        try
        {
            return StrictUtf8.GetString(Take(count));
        }
        catch (DecoderFallbackException e)
        {
            throw new PickleException("A text is not UTF-8", at, e);
        }
    }

    /// <summary>A number of two's complement bytes, lowest first; none is zero.</summary>
    public object Integer(ulong count) => Plain(new BigInteger(Take(count)));

    /// <summary>What stands before the next line feed; that is consumed too.</summary>
    public string Line()
    {
        var rest = bytes.AsSpan(Position);
        var end = rest.IndexOf((byte)'\n');
        if (end < 0)
            throw new PickleException("It ends in the middle of a line", Position);
        Position += end + 1;
        return Encoding.Latin1.GetString(rest[..end]);
    }

    /// <summary>An integer in decimal digits.</summary>
    public object DecimalInteger(string text)
    {
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var small))
            return small;
        return text.Length <= MaxDigits && BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var large)
            ? large
            : throw new PickleException($"'{Short(text)}' is not an integer", Position);
    }

    /// <summary>A number as Python prints floats.</summary>
    public double DecimalFloat(string text) => text switch
    {
        "inf" or "+inf" => double.PositiveInfinity,
        "-inf" => double.NegativeInfinity,
        "nan" or "-nan" => double.NaN,
        _ => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : throw new PickleException($"'{Short(text)}' is not a number", Position),
    };

    /// <summary>For a message.</summary>
    public static string Short(string text) => text.Length <= 80 ? text : text[..80] + "...";

    private static object Plain(BigInteger value) => value >= long.MinValue && value <= long.MaxValue ? (object)(long)value : value;

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)(bytes.Length - Position))
            throw new PickleException($"It ends {count - (ulong)(bytes.Length - Position)} bytes too early", Position);
        Position += (int)count;
        return bytes.AsSpan(Position - (int)count, (int)count);
    }
}
