namespace Sa2VA.Evaluation.Captions.Text;

/// <summary>
/// The default, which needs no weights: twice the stems that two phrases share, over all that they have (Dice). Function words count only in phrases
/// that have no others. "a white dog" and "the dogs" reach 2/3. It knows no meanings: "a person" and "a man" reach 0.
/// </summary>
public sealed class StemOverlap : IPhraseSimilarity
{
    /// <inheritdoc/>
    public string Name => "stem overlap";

    /// <inheritdoc/>
    public double Of(string one, string other)
    {
        var (mine, theirs) = (Stems(one), Stems(other));
        return mine.Count + theirs.Count == 0 ? 0 : 2.0 * mine.Count(theirs.Contains) / (mine.Count + theirs.Count);
    }

    private static HashSet<string> Stems(string phrase)
    {
        var words = PtbTokens.Of(phrase);
        var content = words.Where(word => !FunctionWords.Contain(word)).ToList();
        return [.. (content.Count > 0 ? content : words).Select(EnglishStemmer.Of)];
    }
}
