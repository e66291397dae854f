using System.Globalization;
using System.Text;

namespace Sa2VA.Models.Tokenizers;

/// <summary>
/// Unicode normalisation form C (UAX #15). The product runs in invariant globalization mode, where <see cref="string.Normalize()"/>
/// changes nothing beyond ASCII, and a tokenizer must cut the same text into the same ids on every machine.
/// </summary>
internal static class CanonicalComposition
{
    // Hangul syllables are composed by arithmetic: 19 leading consonants, 21 vowels, 28 trailing consonants (none included).
    private const int SyllableBase = 0xAC00;
    private const int LeadBase = 0x1100;
    private const int VowelBase = 0x1161;
    private const int TrailBase = 0x11A7;
    private const int LeadCount = 19;
    private const int VowelCount = 21;
    private const int TrailCount = 28;
    private const int SyllableCount = LeadCount * VowelCount * TrailCount;

    // Below the combining marks every character is its own composition.
    private const char FirstThatMayChange = '\u0300';

    private static readonly CanonicalData Data = CanonicalData.Load();

    /// <summary>The composed form; lone surrogates become U+FFFD.</summary>
    public static string Normalize(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange(FirstThatMayChange, char.MaxValue))
            return text;

        var scalars = new List<int>(text.Length);
        foreach (var rune in text.EnumerateRunes())
            Decompose(rune.Value, scalars);
        Reorder(scalars);
        Compose(scalars);

        var result = new StringBuilder(text.Length);
        Span<char> units = stackalloc char[2];
        foreach (var scalar in scalars)
            result.Append(units[..new Rune(scalar).EncodeToUtf16(units)]);
        return result.ToString();
    }

    private static void Decompose(int scalar, List<int> output)
    {
        var syllable = scalar - SyllableBase;
        if (syllable is >= 0 and < SyllableCount)
        {
            output.Add(LeadBase + syllable / (VowelCount * TrailCount));
            output.Add(VowelBase + syllable / TrailCount % VowelCount);
            if (syllable % TrailCount is var trail and not 0)
                output.Add(TrailBase + trail);
        }
        else if (Data.Decompositions.TryGetValue(scalar, out var parts))
        {
            Decompose(parts.First, output);
            if (parts.Second != 0)
                Decompose(parts.Second, output);
        }
        else
        {
            output.Add(scalar);
        }
    }

    /// <summary>Sorts each run of combining marks by class, keeping the order of equals.</summary>
    private static void Reorder(List<int> scalars)
    {
        for (var start = 0; start < scalars.Count; start++)
        {
            if (Data.Class(scalars[start]) == 0)
                continue;
            var end = start + 1;
            while (end < scalars.Count && Data.Class(scalars[end]) != 0)
                end++;
            if (end - start > 1)
            {
                var ordered = scalars.GetRange(start, end - start).OrderBy(Data.Class).ToList(); // stable
                for (var i = 0; i < ordered.Count; i++)
                    scalars[start + i] = ordered[i];
            }

            start = end - 1;
        }
    }

    /// <summary>Joins each starter with the marks after it that nothing blocks.</summary>
    private static void Compose(List<int> scalars)
    {
        var (starter, kept, lastClass) = (-1, 0, 0);
        for (var i = 0; i < scalars.Count; i++)
        {
            var scalar = scalars[i];
            var itsClass = Data.Class(scalar);
            var adjacent = starter == kept - 1;
            if (starter >= 0 && (adjacent || lastClass < itsClass) && TryCompose(scalars[starter], scalar, out var composed))
            {
                scalars[starter] = composed;
                continue;
            }

            if (itsClass == 0)
                starter = kept;
            lastClass = itsClass;
            scalars[kept++] = scalar;
        }

        scalars.RemoveRange(kept, scalars.Count - kept);
    }

    private static bool TryCompose(int first, int second, out int composed)
    {
        if (first - LeadBase is >= 0 and < LeadCount && second - VowelBase is >= 0 and < VowelCount)
        {
            composed = SyllableBase + ((first - LeadBase) * VowelCount + (second - VowelBase)) * TrailCount;
            return true;
        }

        if (first - SyllableBase is >= 0 and < SyllableCount && (first - SyllableBase) % TrailCount == 0 && second - TrailBase is > 0 and < TrailCount)
        {
            composed = first + (second - TrailBase);
            return true;
        }

        return Data.Compositions.TryGetValue((first, second), out composed);
    }

    private sealed class CanonicalData
    {
        private readonly Dictionary<int, int> _classes = [];

        /// <summary>The two parts of a character; Second is 0 when there is one.</summary>
        public Dictionary<int, (int First, int Second)> Decompositions { get; } = [];

        public Dictionary<(int First, int Second), int> Compositions { get; } = [];

        public static CanonicalData Load()
        {
            var data = new CanonicalData();
            using var stream = typeof(CanonicalComposition).Assembly.GetManifestResourceStream("canonical.txt")!;
            using var reader = new StreamReader(stream);
            while (reader.ReadLine() is { } line)
            {
                var field = line.Split(' ');
                switch (field[0])
                {
                    case "C" or "D":
                        var parts = (Hex(field[2]), field.Length > 3 ? Hex(field[3]) : 0);
                        data.Decompositions.Add(Hex(field[1]), parts);
                        if (field[0] == "C")
                            data.Compositions.Add(parts, Hex(field[1]));
                        break;
                    case "K":
                        for (var scalar = Hex(field[1]); scalar <= Hex(field[2]); scalar++)
                            data._classes.Add(scalar, int.Parse(field[3], CultureInfo.InvariantCulture));
                        break;
                }
            }

            return data;
        }

        public int Class(int scalar) => _classes.GetValueOrDefault(scalar);

        private static int Hex(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
