using System.Text;
using System.Text.RegularExpressions;
using Sa2VA.Models.Tokenizers;

namespace Sa2VA.Models.Tests.Tokenizers;

/// <summary>Learns merges from a corpus the slow, obvious way: again and again join the most frequent pair.</summary>
internal static class BpeTrainer
{
    public const string Corpus = """
        Please segment the person in the red shirt. Please segment the dog on the left, and the dogs on the right.
        What's the person doing? He'll ride the bicycle; they've been riding since 2019. Could you please give me a brief description of the image?
        Please respond with interleaved segmentation masks for the corresponding parts of the answer.
            for (int i = 0; i < 10; i++) { Console.WriteLine("segment"); }

        Où est la façade? 日本語のテキスト、人が歩いている。日本の人。 Привет, как дела? привет! 안녕하세요 세계
        """;

    public static TokenizerSpec Train(int merges = 300, int firstAdded = 1000)
    {
        var spec = QwenTokens.ByteLevel(firstAdded);
        var vocabulary = spec.Vocabulary;
        var words = Regex.Matches(Corpus, QwenPreTokenizer.Pattern)
            .Select(match => ByteAlphabet.Spell(Encoding.UTF8.GetBytes(match.Value)).Select(character => character.ToString()).ToList())
            .ToList();
        var learned = new List<(string Left, string Right)>();
        while (learned.Count < merges)
        {
            var best = words.SelectMany(word => word.Zip(word.Skip(1)))
                .GroupBy(neighbours => neighbours)
                .OrderByDescending(group => group.Count())
                .ThenBy(group => group.Key.First + " " + group.Key.Second, StringComparer.Ordinal)
                .FirstOrDefault()?.Key;
            if (best is not { } pair)
                break; // every word is one token
            learned.Add(pair);
            vocabulary.TryAdd(pair.First + pair.Second, vocabulary.Count);
            foreach (var word in words)
            {
                for (var i = 0; i + 1 < word.Count; i++)
                {
                    if ((word[i], word[i + 1]) != pair)
                        continue;
                    word[i] += word[i + 1];
                    word.RemoveAt(i + 1);
                }
            }
        }

        return new TokenizerSpec
        {
            Vocabulary = vocabulary,
            Merges = learned,
            AddedTokens = spec.AddedTokens,
            EndOfSequence = spec.EndOfSequence,
            Padding = spec.Padding,
        };
    }
}
