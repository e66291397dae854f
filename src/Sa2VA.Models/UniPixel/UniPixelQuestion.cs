using Sa2VA.Models.Sa2va;

namespace Sa2VA.Models.UniPixel;

/// <summary>
/// Turns what a person writes into a question of the kind that UniPixel was trained and evaluated with: a phrase, a request, a question,
/// a question for reasons, or a description of several sentences.
/// </summary>
public static class UniPixelQuestion
{
    private static readonly string[] Articles = ["the ", "an ", "a "];

    /// <summary>The text that follows the clip.</summary>
    /// <param name="sentence">What a person wrote.</param>
    /// <param name="isImage">Whether the clip is one picture.</param>
    /// <exception cref="ArgumentException">There is nothing but white space.</exception>
    public static string Apply(string sentence, bool isImage = false)
    {
        var text = sentence.Trim();
        if (text.Length == 0)
            throw new ArgumentException("The expression is empty. Say what to find, for example \"the person in the red shirt\".", nameof(sentence));
        if (QuestionTemplate.AsksForMask(text))
            return text;
        if (text.StartsWith("why ", StringComparison.OrdinalIgnoreCase))
            return $"{text} Please provide the segmentation mask and explain why.";
        if (text.Contains('?', StringComparison.Ordinal))
            return $"{text} Please answer the question and provide the segmentation mask.";
        if (QuestionTemplate.IsRequest(text))
            return $"{text}{(text[^1] is '.' or '!' ? "" : ".")} Please provide the segmentation mask.";
        if (text.TrimEnd('.').Contains(". ", StringComparison.Ordinal))
            return $"Please segment the object according to the description: {text}";
        return $"Please segment the {Bare(text)} in this {(isImage ? "image" : "video")}.";
    }

    /// <summary>A phrase as the official evaluation puts it: without outer full stops, the first letter small, without its article.</summary>
    private static string Bare(string phrase)
    {
        var text = phrase.Trim('.', ' ');
        if (text.Length == 0)
            return phrase;
        text = char.ToLowerInvariant(text[0]) + text[1..];
        foreach (var article in Articles.Where(article => text.StartsWith(article, StringComparison.Ordinal)))
            text = text[article.Length..];
        return text;
    }
}
