using Sa2VA.Cluster.Chat;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Tokenizers;

namespace Sa2VA.Cli.Chatting;

/// <summary>The objects of an answer, one for each <c>[SEG]</c>, under the phrase that it belongs to or the question.</summary>
internal static class AnswerObjects
{
    public static IReadOnlyList<FollowedObject> Of(Answer answer, GroundedCaption caption, string question) =>
        [.. answer.SegEmbeddings.Select((embedding, segment) =>
        {
            var phrase = caption.Phrases.FirstOrDefault(one => one.Segment == segment);
            var label = phrase is { Length: > 0 } ? caption.TextOf(phrase) : answer.SegEmbeddings.Length > 1 ? $"{question} ({segment + 1})" : question;
            return new FollowedObject(segment + 1, label) { Embedding = embedding };
        })];
}
