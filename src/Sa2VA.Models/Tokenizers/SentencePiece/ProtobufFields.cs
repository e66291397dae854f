using System.Buffers.Binary;

namespace Sa2VA.Models.Tokenizers.SentencePiece;

/// <summary>Walks over the fields of one protobuf message; the bytes come from elsewhere and may be anything.</summary>
/// <remarks>Wire format: a varint of number and kind, then a varint (0), 8 bytes (1), a length and that many bytes (2) or 4 bytes (5).</remarks>
internal ref struct ProtobufFields(ReadOnlySpan<byte> message)
{
    private const int VarintKind = 0;
    private const int LongKind = 1;
    private const int BytesKind = 2;
    private const int IntKind = 5;
    private ReadOnlySpan<byte> _rest = message;
    private int _kind;
    private ulong _number;

    /// <summary>The field's number.</summary>
    public int Field { get; private set; }

    /// <summary>The bytes of a string, a list of bytes or a message.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    public readonly int Integer => _kind == VarintKind ? unchecked((int)_number) : throw Damaged("a number");

    public readonly bool Flag => Integer != 0;

    public readonly float Single => _kind == IntKind ? BinaryPrimitives.ReadSingleLittleEndian(Bytes) : throw Damaged("a number of 4 bytes");

    public readonly ReadOnlySpan<byte> Message => _kind == BytesKind ? Bytes : throw Damaged("bytes");

    /// <summary>Moves on to the next field; false at the end.</summary>
    /// <exception cref="FormatException">The bytes are no protobuf message.</exception>
    public bool Next()
    {
        if (_rest.IsEmpty)
            return false;
        var tag = Varint();
        (Field, _kind) = ((int)(tag >> 3), (int)(tag & 7));
        switch (_kind)
        {
            case VarintKind:
                _number = Varint();
                break;
            case LongKind:
                Bytes = Take(8);
                break;
            case BytesKind:
                Bytes = Take(Varint());
                break;
            case IntKind:
                Bytes = Take(4);
                break;
            default:
                throw new FormatException($"a field of the unknown kind {_kind}");
        }

        return true;
    }

    private ulong Varint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Take(1)[0];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
                return value;
        }

        throw new FormatException("a number of more than 64 bits");
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)_rest.Length)
            throw new FormatException("it ends in the middle of a field");
        var taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }

    private readonly FormatException Damaged(string expected) => new($"field {Field} is not {expected}");
}
