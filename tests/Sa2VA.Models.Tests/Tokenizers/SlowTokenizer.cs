using System.Text;
using System.Text.RegularExpressions;
using Sa2VA.Models.Tokenizers;

namespace Sa2VA.Models.Tests.Tokenizers;

/// <summary>
/// The same tokenizer written from the published pattern and merge rule without any of the product's code: a regular expression,
/// strings, and a search over all merges at every step.
/// </summary>
internal sealed class SlowTokenizer(TokenizerSpec spec)
{
    private readonly Dictionary<string, int> _ranks = spec.Merges.Select((merge, rank) => (merge, rank))
        .ToDictionary(entry => entry.merge.Left + " " + entry.merge.Right, entry => entry.rank, StringComparer.Ordinal);

    public int[] Encode(string composedText) =>
        [.. Pieces(composedText).SelectMany(piece => Merge(piece)).Select(token => spec.Vocabulary[token])];

    /// <summary>
    /// .NET's expressions see halves of surrogate pairs, so every character is first replaced by one of the basic plane of the
    /// same kind; the cuts are then counted in characters.
    /// </summary>
    public static IReadOnlyList<string> Pieces(string text)
    {
        var runes = text.EnumerateRunes().ToArray();
        var stand = string.Concat(runes.Select(rune => rune.Value < 0x10000 ? (char)rune.Value
            : Rune.IsLetter(rune) ? '中' : Rune.IsNumber(rune) ? '½' : '☃'));
        return [.. Regex.Matches(stand, QwenPreTokenizer.Pattern).Select(match =>
            string.Concat(runes.Skip(match.Index).Take(match.Length).Select(rune => rune.ToString())))];
    }

    private List<string> Merge(string piece)
    {
        // GPT-2's table, counted out again.
        var symbols = Encoding.UTF8.GetBytes(piece).Select(b =>
        {
            bool Printable(int value) => value is >= 33 and <= 126 or >= 161 and <= 172 or >= 174 and <= 255;
            return Printable(b) ? ((char)b).ToString() : ((char)(256 + Enumerable.Range(0, b).Count(value => !Printable(value)))).ToString();
        }).ToList();
        while (true)
        {
            var (best, at) = (int.MaxValue, -1);
            for (var i = 0; i + 1 < symbols.Count; i++)
            {
                if (_ranks.TryGetValue(symbols[i] + " " + symbols[i + 1], out var rank) && rank < best)
                    (best, at) = (rank, i);
            }

            if (at < 0)
                return symbols;
            symbols[at] += symbols[at + 1];
            symbols.RemoveAt(at + 1);
        }
    }
}
