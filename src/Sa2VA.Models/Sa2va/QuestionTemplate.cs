using System.Text.RegularExpressions;

namespace Sa2VA.Models.Sa2va;

/// <summary>
/// Turns what a person writes into a question of the kind that Sa2VA was trained and evaluated with. A phrase ("the red car")
/// becomes a request; a question gets the request for a mask that the official evaluation appends; a request is passed on.
/// </summary>
public static partial class QuestionTemplate
{
    private const string AskForMask = "Please respond with a segmentation mask.";

    /// <summary>The text that follows the image.</summary>
    /// <param name="sentence">What a person wrote.</param>
    /// <param name="isStill">Whether it is about a still picture, for which the official evaluation puts phrases in another way.</param>
    /// <exception cref="ArgumentException">There is nothing but white space.</exception>
    public static string Apply(string sentence, bool isStill = false)
    {
        var text = sentence.Trim();
        if (text.Length == 0)
            throw new ArgumentException("The expression is empty. Say what to find, for example \"the person in the red shirt\".", nameof(sentence));
        if (AsksForMask(text))
            return "\n" + text;
        if (text.Contains('?', StringComparison.Ordinal))
            return $"\n {text} {AskForMask}";
        if (PointingRequest().IsMatch(text))
            return $"\n{Ended(text)} {AskForMask}";
        if (Request().IsMatch(text))
            return "\n" + text;
        var phrase = LowerArticle(text.TrimEnd('.', ' '));
        return isStill ? $"\n Please segment {phrase} in this image." : $"\nPlease segment {phrase}.";
    }

    /// <summary>What is passed on as it was said, after an image.</summary>
    internal static string Spoken(string text) => "\n" + text.Trim();

    /// <summary>Whether it is a question or a request that speaks of masks itself.</summary>
    internal static bool AsksForMask(string text) => MentionsMask().IsMatch(text) && (text.Contains('?', StringComparison.Ordinal) || Request().IsMatch(text));

    /// <summary>Whether it is a request of any kind.</summary>
    internal static bool IsRequest(string text) => Request().IsMatch(text);

    /// <summary>Only an article: names and abbreviations keep their capital.</summary>
    private static string LowerArticle(string phrase) =>
        Article().IsMatch(phrase) ? char.ToLowerInvariant(phrase[0]) + phrase[1..] : phrase;

    private static string Ended(string text) => text[^1] is '.' or '!' ? text : text + ".";

    [GeneratedRegex(@"\b(segment|segmentation|mask|masks)\b", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex MentionsMask();

    /// <summary>A request to show where something is.</summary>
    [GeneratedRegex(@"^((please|kindly|now)[,\s]+)*((can|could|would|will) you[,\s]+(please[,\s]+)?)?(find|locate|highlight|identify|mark|outline|track|detect|select|point)\b", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PointingRequest();

    /// <summary>Any request.</summary>
    [GeneratedRegex(@"^(please|kindly|(can|could|would|will) you|segment|describe|explain|tell|give|list|count|summari[sz]e|answer|caption|show|what|where|who|which|how|why|find|locate|highlight|identify|mark|outline|track|detect|select|point)\b", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Request();

    [GeneratedRegex(@"^(The|A|An)\s", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Article();
}
