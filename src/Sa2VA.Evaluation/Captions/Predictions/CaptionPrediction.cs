using Sa2VA.Media.Masks;

namespace Sa2VA.Evaluation.Captions.Predictions;

/// <summary>What somebody said about a picture, in the terms of the official form.</summary>
/// <param name="Text">The caption without tags.</param>
/// <param name="Phrases">Its phrases, in order.</param>
/// <param name="Masks">Its masks, in order, in the picture's size; the i-th belongs to the i-th phrase. There may be more or fewer than phrases.</param>
public sealed record CaptionPrediction(string Text, IReadOnlyList<string> Phrases, IReadOnlyList<Rle> Masks)
{
    /// <summary>Nothing was said.</summary>
    public static CaptionPrediction Nothing { get; } = new("", [], []);

    /// <summary>Makes one of phrases and masks that go together, in the order of the masks.</summary>
    /// <param name="text">The caption.</param>
    /// <param name="phrases">Empty ones at the end belong to masks that have no phrase; the official form leaves them out.</param>
    /// <param name="masks">In the order in which they were said.</param>
    internal static CaptionPrediction Of(string text, IEnumerable<string> phrases, IReadOnlyList<Rle> masks)
    {
        var words = phrases.ToList();
        while (words.Count > 0 && words[^1].Length == 0) words.RemoveAt(words.Count - 1);
        return new CaptionPrediction(text, words, masks);
    }
}
