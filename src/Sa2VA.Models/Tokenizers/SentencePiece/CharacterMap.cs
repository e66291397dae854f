using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Sa2VA.Models.Tokenizers.SentencePiece;

/// <summary>
/// <c>precompiled_charsmap</c>: which UTF-8 sequences are replaced by which. A double array (Darts) of the sequences, its size in bytes
/// before it, then the replacements, each ending in a zero byte. Looked up by the longest sequence that begins at a place.
/// </summary>
internal sealed class CharacterMap
{
    private readonly uint[] _units;
    private readonly byte[] _replacements;

    /// <exception cref="FormatException">The sizes do not fit.</exception>
    public CharacterMap(ReadOnlySpan<byte> bytes)
    {
        var size = bytes.Length >= 4 ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : uint.MaxValue;
        if (size % 4 != 0 || size == 0 || size > bytes.Length - 4)
            throw new FormatException("its character map is damaged");
        _units = MemoryMarshal.Cast<byte, uint>(bytes.Slice(4, (int)size)).ToArray();
        _replacements = bytes[(4 + (int)size)..].ToArray();
    }

    /// <summary>The replacement of the longest sequence at the beginning; false when there is none.</summary>
    public bool TryReplace(ReadOnlySpan<byte> text, out int length, out ReadOnlySpan<byte> replacement)
    {
        length = 0;
        replacement = default;
        var at = Offset(_units[0]);
        for (var i = 0; i < text.Length; i++)
        {
            at ^= text[i];
            if (at >= _units.Length || (_units[at] & (1u << 31 | 0xff)) != text[i])
                break;
            var unit = _units[at];
            at ^= Offset(unit);
            if ((unit >> 8 & 1) == 0 || at >= _units.Length)
                continue;
            var place = (int)(_units[at] & int.MaxValue);
            if (place > _replacements.Length)
                continue;
            var rest = _replacements.AsSpan(place);
            var end = rest.IndexOf((byte)0);
            length = i + 1;
            replacement = end < 0 ? rest : rest[..end];
        }

        return length > 0;
    }

    private static uint Offset(uint unit) => unit >> 10 << (int)((unit & 1 << 9) >> 6);
}
