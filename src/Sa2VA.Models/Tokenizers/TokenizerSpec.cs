using System.Text;

namespace Sa2VA.Models.Tokenizers;

/// <summary>The data of a byte-level BPE tokenizer: what its files hold, whatever their format.</summary>
public sealed class TokenizerSpec
{
    /// <summary>Ids by spelling, in the letters of <see cref="ByteAlphabet"/>.</summary>
    public required Dictionary<string, int> Vocabulary { get; init; }

    /// <summary>Pairs that may be merged, the first one first.</summary>
    public required IReadOnlyList<(string Left, string Right)> Merges { get; init; }

    /// <summary>Tokens found in text as a whole.</summary>
    public required IReadOnlyList<AddedToken> AddedTokens { get; init; }

    /// <summary>The token that ends an answer.</summary>
    public string? EndOfSequence { get; init; }

    /// <summary>The token that fills up a batch.</summary>
    public string? Padding { get; init; }

    internal int[] ByteIds()
    {
        var ids = new int[256];
        for (var b = 0; b < 256; b++)
        {
            var spelled = ByteAlphabet.Character((byte)b).ToString();
            ids[b] = Vocabulary.TryGetValue(spelled, out var id) ? id : throw new ModelFolderException(
                $"The tokenizer's vocabulary has no token for byte 0x{b:X2} ('{spelled}'), so not every text can be encoded. It is not a whole byte-level BPE vocabulary.");
        }

        return ids;
    }

    internal Dictionary<(int Left, int Right), (int Rank, int Merged)> RankedMerges()
    {
        var ranked = new Dictionary<(int, int), (int, int)>(Merges.Count);
        for (var rank = 0; rank < Merges.Count; rank++)
        {
            var (left, right) = Merges[rank];
            if (!Vocabulary.TryGetValue(left, out var leftId) || !Vocabulary.TryGetValue(right, out var rightId) || !Vocabulary.TryGetValue(left + right, out var merged))
            {
                throw new ModelFolderException(
                    $"Merge {rank} of the tokenizer joins '{left}' and '{right}', but the vocabulary lacks one of them or '{left + right}'. The vocabulary and the merges belong to different tokenizers.");
            }

            ranked.TryAdd((leftId, rightId), (rank, merged));
        }

        return ranked;
    }

    /// <summary>The bytes of every id; null where an id has no token.</summary>
    internal byte[]?[] Spellings()
    {
        var last = -1;
        foreach (var id in Vocabulary.Values.Concat(AddedTokens.Select(token => token.Id)))
        {
            if (id is < 0 or > TokenizerReader.LargestId)
                throw new ModelFolderException($"The tokenizer gives a token the id {id}; ids from 0 to {TokenizerReader.LargestId} can be used.");
            last = Math.Max(last, id);
        }

        var spellings = new byte[]?[last + 1];
        foreach (var (token, id) in Vocabulary)
            spellings[id] = Bytes(token);
        foreach (var token in AddedTokens)
            spellings[token.Id] = Encoding.UTF8.GetBytes(token.Content);
        return spellings;
    }

    private static byte[] Bytes(string token)
    {
        var bytes = new byte[token.Length];
        for (var i = 0; i < token.Length; i++)
        {
            if (!ByteAlphabet.TryByte(token[i], out bytes[i]))
                return Encoding.UTF8.GetBytes(token); // not spelled in bytes: an added token that the vocabulary repeats
        }

        return bytes;
    }
}
