namespace Sa2VA.Models.Tokenizers;

/// <summary>
/// GPT-2's spelling of bytes as printable characters: a vocabulary file then holds no spaces or control characters. Printable
/// Latin-1 stands for itself; the other 68 bytes are numbered from U+0100.
/// </summary>
public static class ByteAlphabet
{
    private const int FirstStandIn = 0x100;

    private static readonly char[] Characters = Spell();
    private static readonly short[] Bytes = Invert();

    /// <summary>The character that stands for a byte.</summary>
    public static char Character(byte value) => Characters[value];

    /// <summary>The byte that a character stands for; false for a character outside the alphabet.</summary>
    public static bool TryByte(char character, out byte value)
    {
        var found = character < Bytes.Length ? Bytes[character] : (short)-1;
        value = (byte)Math.Max(found, (short)0);
        return found >= 0;
    }

    /// <summary>Bytes in the alphabet's spelling.</summary>
    public static string Spell(ReadOnlySpan<byte> bytes)
    {
        var text = new char[bytes.Length];
        for (var i = 0; i < bytes.Length; i++)
            text[i] = Characters[bytes[i]];
        return new string(text);
    }

    private static char[] Spell()
    {
        var spelled = new char[256];
        var standIn = FirstStandIn;
        for (var b = 0; b < 256; b++)
            spelled[b] = b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF) ? (char)b : (char)standIn++;
        return spelled;
    }

    private static short[] Invert()
    {
        var inverse = new short[FirstStandIn + 256];
        Array.Fill(inverse, (short)-1);
        for (var b = 0; b < 256; b++)
            inverse[Characters[b]] = (short)b;
        return inverse;
    }
}
