using System.Buffers.Binary;
using System.Text;

namespace Sa2VA.Datasets.Tests;

/// <summary>Assembles pickles of protocol 2 opcode by opcode, the way Python 2 wrote the published files: every text is a str.</summary>
internal static class PickleBytes
{
    public static byte[] Of(object? value)
    {
        var bytes = new List<byte> { 0x80, 2 };
        Add(bytes, value);
        bytes.Add((byte)'.');
        return [.. bytes];
    }

    /// <summary>A program written down as Latin-1 text.</summary>
    public static byte[] Program(string text) => Encoding.Latin1.GetBytes(text);

    private static void Add(List<byte> bytes, object? value)
    {
        switch (value)
        {
            case null:
                bytes.Add((byte)'N');
                break;
            case int number:
                bytes.Add((byte)'J');
                Little(bytes, number);
                break;
            case string text:
                bytes.Add((byte)'T');
                Little(bytes, text.Length);
                bytes.AddRange(Encoding.Latin1.GetBytes(text));
                break;
            case IReadOnlyDictionary<string, object?> dict:
                bytes.AddRange([(byte)'}', (byte)'(']);
                foreach (var (key, item) in dict)
                {
                    Add(bytes, key);
                    Add(bytes, item);
                }

                bytes.Add((byte)'u');
                break;
            case IEnumerable<object?> list:
                bytes.AddRange([(byte)']', (byte)'(']);
                foreach (var item in list)
                    Add(bytes, item);
                bytes.Add((byte)'e');
                break;
            default:
                throw new ArgumentException($"{value.GetType()} is not needed by any test.", nameof(value));
        }
    }

    private static void Little(List<byte> bytes, int number)
    {
        Span<byte> four = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(four, number);
        bytes.AddRange(four);
    }
}
