namespace Sa2VA.Models.Tokenizers;

/// <summary>A token beside the merged vocabulary, found in text as a whole.</summary>
/// <param name="Id">Its row in the embedding.</param>
/// <param name="Content">Its spelling.</param>
/// <param name="Special">Whether it is control, left out of text for people.</param>
public sealed record AddedToken(int Id, string Content, bool Special = true)
{
    /// <summary>Whether it swallows the white space before it (<c>lstrip</c>).</summary>
    public bool StripsBefore { get; init; }

    /// <summary>Whether it swallows the white space after it (<c>rstrip</c>), as Phi-3's turn tokens do.</summary>
    public bool StripsAfter { get; init; }
}

/// <summary>Finds added tokens in text: the leftmost, of several there the longest.</summary>
internal sealed class AddedTokenScanner
{
    private readonly Dictionary<char, AddedToken[]> _byFirst;
    private readonly System.Buffers.SearchValues<char> _first;

    public AddedTokenScanner(IEnumerable<AddedToken> tokens)
    {
        _byFirst = tokens.GroupBy(token => token.Content[0])
            .ToDictionary(group => group.Key, group => group.OrderByDescending(token => token.Content.Length).ToArray());
        _first = System.Buffers.SearchValues.Create([.. _byFirst.Keys]);
    }

    /// <summary>The first added token at or after <paramref name="from"/>; null when there is none.</summary>
    public AddedToken? Find(string text, int from, out int at)
    {
        for (at = from; at < text.Length; at++)
        {
            var skip = text.AsSpan(at).IndexOfAny(_first);
            if (skip < 0)
                break;
            at += skip;
            foreach (var token in _byFirst[text[at]])
            {
                if (text.AsSpan(at).StartsWith(token.Content, StringComparison.Ordinal))
                    return token;
            }
        }

        at = text.Length;
        return null;
    }
}
