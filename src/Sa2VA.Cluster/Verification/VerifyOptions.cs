using System.Text.Json.Serialization;
using Sa2VA.Cluster.Videos;

namespace Sa2VA.Cluster.Verification;

/// <summary>Whether what a sentence means is really there: the language model is asked more than once, and the masks are looked at.</summary>
public sealed record VerifyOptions
{
    /// <summary>Times that each sentence is asked again, each time about other key frames. Default 2, 1 to 16.</summary>
    public int Asks { get; init; } = 2;

    /// <summary>
    /// Whether the model is also asked in words, once, about the first key frames. Null, the default, asks where the model's own calibration
    /// weighs the answer; it is left out of what is stored, so that orders without it are what they always were.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Words { get; init; }
}

/// <summary>What is concluded about a sentence.</summary>
public enum Presence
{
    /// <summary>What it means is in the video.</summary>
    Present,

    /// <summary>It is not.</summary>
    Absent,

    /// <summary>The evidence does not say: a person should look.</summary>
    Unsure,
}

/// <summary>One more answer to a sentence.</summary>
/// <param name="Steps">The tracked frames that were shown.</param>
/// <param name="Prompt">The answer.</param>
public sealed record PresenceCheck(IReadOnlyList<int> Steps, ResolvedPrompt Prompt);

/// <summary>What speaks for the presence of what a sentence means. Shares are of 1.</summary>
/// <param name="Asked">Answers in all.</param>
/// <param name="Found">Answers with an object.</param>
/// <param name="Coverage">Share of the tracked frames with a mask; 0 when nothing was tracked. Of several objects the best one counts, here and below.</param>
/// <param name="Area">Mean share of the picture that the mask takes, over the frames that have one.</param>
/// <param name="ObjectScore">Mean logit of "the object is in this frame", over the frames that have a mask.</param>
public sealed record PresenceEvidence(int Asked, int Found, double Coverage, double Area, double ObjectScore)
{
    /// <summary>How probable "yes" was when the model was asked in words; null where it was not, or could not be asked.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? SaidYes { get; init; }

    /// <summary>Evidence of a sentence for which nothing was tracked.</summary>
    internal static PresenceEvidence OfAnswers(int asked, int found) => new(asked, found, 0, 0, 0);
}

/// <summary>The conclusion about a sentence, with what it rests on.</summary>
/// <param name="Target">The sentence, by its index.</param>
/// <param name="Presence">The conclusion.</param>
/// <param name="Probability">That it is there, by <see cref="PresenceModel"/>.</param>
/// <param name="Evidence">What speaks for it.</param>
/// <param name="Answers">For each time that was asked, the frames of the file that were shown, and whether the answer had an object; the first answer first.</param>
public sealed record PresenceVerdict(int Target, Presence Presence, double Probability, PresenceEvidence Evidence, IReadOnlyList<PresenceAnswer> Answers);

/// <summary>One answer as evidence.</summary>
/// <param name="Frames">Frames of the file that were shown.</param>
/// <param name="Found">Whether it had an object.</param>
public sealed record PresenceAnswer(IReadOnlyList<int> Frames, bool Found);
