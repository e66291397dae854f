using System.Text;

namespace Sa2VA.Models.Tokenizers;

/// <summary>
/// Learns the merges of a byte-level BPE tokenizer from text (Sennrich et al., arXiv 1508.07909), for a model that is trained from
/// scratch: the most frequent neighbouring pair becomes a token, again and again; of equally frequent ones the first in ordinal order.
/// </summary>
public static class BytePairTrainer
{
    /// <summary>A tokenizer with the added tokens of Qwen2.5 and Sa2VA after what was learnt.</summary>
    /// <param name="texts">What the model will read and say, once for each time it counts.</param>
    /// <param name="merges">Most merges to learn; fewer come out when no pair is left.</param>
    public static TokenizerSpec Train(IEnumerable<string> texts, int merges)
    {
        var words = Words(texts);
        var vocabulary = Enumerable.Range(0, 256).ToDictionary(b => ByteAlphabet.Character((byte)b).ToString(), b => b, StringComparer.Ordinal);
        var learnt = new List<(string Left, string Right)>();
        while (learnt.Count < merges && MostFrequent(words) is { } pair)
        {
            learnt.Add(pair);
            vocabulary.TryAdd(pair.Left + pair.Right, vocabulary.Count);
            foreach (var (symbols, _) in words)
                Merge(symbols, pair);
        }

        return new TokenizerSpec
        {
            Vocabulary = vocabulary,
            Merges = learnt,
            AddedTokens = QwenTokens.Added(vocabulary.Count),
            EndOfSequence = QwenTokens.TurnEnd,
            Padding = QwenTokens.EndOfText,
        };
    }

    // Pieces as the tokenizer will cut them, spelled in the byte alphabet, with their counts.
    private static List<(List<string> Symbols, long Count)> Words(IEnumerable<string> texts)
    {
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            var rest = CanonicalComposition.Normalize(text).AsSpan();
            while (!rest.IsEmpty)
            {
                var length = QwenPreTokenizer.NextPiece(rest);
                var piece = rest[..length].ToString();
                counts[piece] = counts.GetValueOrDefault(piece) + 1;
                rest = rest[length..];
            }
        }

        return [.. counts.Select(entry => (Encoding.UTF8.GetBytes(entry.Key).Select(b => ByteAlphabet.Character(b).ToString()).ToList(), entry.Value))];
    }

    private static (string Left, string Right)? MostFrequent(List<(List<string> Symbols, long Count)> words)
    {
        var pairs = new Dictionary<(string, string), long>();
        foreach (var (symbols, count) in words)
        {
            for (var i = 0; i + 1 < symbols.Count; i++)
                pairs[(symbols[i], symbols[i + 1])] = pairs.GetValueOrDefault((symbols[i], symbols[i + 1])) + count;
        }

        return pairs.Count == 0
            ? null
            : pairs.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key.Item1, StringComparer.Ordinal).ThenBy(pair => pair.Key.Item2, StringComparer.Ordinal).First().Key;
    }

    private static void Merge(List<string> symbols, (string Left, string Right) pair)
    {
        for (var i = 0; i + 1 < symbols.Count; i++)
        {
            if (!string.Equals(symbols[i], pair.Left, StringComparison.Ordinal) || !string.Equals(symbols[i + 1], pair.Right, StringComparison.Ordinal))
                continue;
            symbols[i] = pair.Left + pair.Right;
            symbols.RemoveAt(i + 1);
        }
    }
}
