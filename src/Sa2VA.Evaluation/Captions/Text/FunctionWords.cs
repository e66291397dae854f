using System.Collections.Frozen;

namespace Sa2VA.Evaluation.Captions.Text;

/// <summary>
/// Words that carry grammar more than meaning: the closed classes of English, listed by class. METEOR weights such words less; its own list holds the
/// most frequent words of a news corpus, which is much the same but not equal.
/// </summary>
public static class FunctionWords
{
    private const string Closed =
        // Articles and other determiners.
        "a an the this that these those some any each every no all both either neither other another such what which whose " +
        // Pronouns.
        "i me my you your he him his she her it its we us our they them their who whom there " +
        // Prepositions.
        "of in on at to from by with for about into onto over under between through during before after above below against along among around " +
        "as behind beside beneath across near off out up down upon within without toward towards " +
        // Conjunctions.
        "and or but nor so yet if because while when where than though although whether until since " +
        // Auxiliary verbs.
        "be is am are was were been being have has had having do does did will would shall should can could may might must " +
        // Particles, and endings that the tokenizer cuts off.
        "not also then too very 's n't 're 've 'll 'd 'm";

    private static readonly FrozenSet<string> All = Closed.Split(' ').ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Whether a word, in small letters, is one of them.</summary>
    public static bool Contain(string word) => All.Contains(word);
}
