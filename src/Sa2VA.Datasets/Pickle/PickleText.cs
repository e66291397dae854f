using System.Globalization;
using System.Text;

namespace Sa2VA.Datasets;

/// <summary>The two ways in which protocol 0 writes texts as lines.</summary>
internal static class PickleText
{
    /// <summary>What Python 2 prints for a str: quotes around characters and escapes.</summary>
    public static string Quoted(string line, long position)
    {
        if (line.Length < 2 || line[0] is not ('\'' or '"') || line[^1] != line[0])
            throw new PickleException("A text has no quotes around it", position);
        var text = new StringBuilder(line.Length);
        for (var i = 1; i < line.Length - 1; i++)
        {
            if (line[i] != '\\')
            {
                text.Append(line[i]);
                continue;
            }

            if (++i == line.Length - 1)
                throw new PickleException("A text ends with a backslash", position);
            text.Append(line[i] switch
            {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'a' => '\a',
                'b' => '\b',
                'f' => '\f',
                'v' => '\v',
                '\\' or '\'' or '"' => line[i],
                'x' => (char)Hex(line, i + 1, 2, position),
                >= '0' and <= '7' => Octal(line, ref i),
                _ => throw new PickleException($"A text holds the unknown escape '\\{line[i]}'", position),
            });
            if (line[i] == 'x')
                i += 2;
        }

        return text.ToString();
    }

    /// <summary>The codec <c>raw-unicode-escape</c>: Latin-1 with \uXXXX and \UXXXXXXXX for the rest.</summary>
    public static string RawUnicode(string line, long position)
    {
        if (!line.Contains('\\', StringComparison.Ordinal))
            return line;
        var text = new StringBuilder(line.Length);
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] != '\\' || i + 1 == line.Length || line[i + 1] is not ('u' or 'U'))
            {
                text.Append(line[i]);
                continue;
            }

            var digits = line[i + 1] == 'u' ? 4 : 8;
            var code = Hex(line, i + 2, digits, position);
            if (code > 0x10FFFF)
                throw new PickleException("A text holds a character beyond Unicode", position);
            if (code <= 0xFFFF)
                text.Append((char)code);
            else
                text.Append(char.ConvertFromUtf32((int)code));
            i += 1 + digits;
        }

        return text.ToString();
    }

    private static uint Hex(string line, int start, int digits, long position) =>
        start + digits <= line.Length && uint.TryParse(line.AsSpan(start, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new PickleException("A text holds an escape that is not hexadecimal", position);

    private static char Octal(string line, ref int i)
    {
        var value = 0;
        var end = Math.Min(i + 3, line.Length - 1);
        for (; i < end && line[i] is >= '0' and <= '7'; i++)
            value = value * 8 + line[i] - '0';
        i--;
        return (char)(value & 0xFF);
    }
}
