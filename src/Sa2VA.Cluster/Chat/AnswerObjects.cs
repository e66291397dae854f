using Sa2VA.Models.Sa2va;

namespace Sa2VA.Cluster.Chat;

/// <summary>The objects of an answer, one for each <c>[SEG]</c>, under the phrase that it belongs to or the question.</summary>
public static class AnswerObjects
{
    /// <summary>The objects, numbered from 1.</summary>
    /// <param name="answer">What was said.</param>
    /// <param name="caption">The same as phrases.</param>
    /// <param name="question">What was asked.</param>
    public static IReadOnlyList<FollowedObject> Of(Answer answer, GroundedCaption caption, string question) =>
        [.. answer.SegEmbeddings.Select((embedding, segment) =>
        {
            var phrase = caption.Phrases.FirstOrDefault(one => one.Segment == segment);
            var label = phrase is { Length: > 0 } ? caption.TextOf(phrase) : answer.SegEmbeddings.Length > 1 ? $"{question} ({segment + 1})" : question;
            return new FollowedObject(segment + 1, label) { Embedding = embedding };
        })];
}
