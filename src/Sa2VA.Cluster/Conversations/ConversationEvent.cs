using System.Text.Json.Serialization;

namespace Sa2VA.Cluster.Conversations;

/// <summary>What happened in a conversation, as stored. The names in the attributes are understood for ever.</summary>
[JsonDerivedType(typeof(ConversationBegun), "conversation-begun")]
[JsonDerivedType(typeof(QuestionAsked), "question-asked")]
[JsonDerivedType(typeof(ConversationClaimed), "conversation-claimed")]
[JsonDerivedType(typeof(AnswerStopped), "answer-stopped")]
[JsonDerivedType(typeof(QuestionAnswered), "question-answered")]
[JsonDerivedType(typeof(QuestionFailed), "question-failed")]
public abstract record ConversationEvent
{
    /// <summary>It is there, and nothing was asked yet.</summary>
    public sealed record ConversationBegun(ConversationRequest Request, DateTimeOffset At) : ConversationEvent;

    /// <summary>A question waits for its answer.</summary>
    /// <param name="Question">Which.</param>
    /// <param name="Wake">Whether nobody was there to answer: then a node is to be woken.</param>
    public sealed record QuestionAsked(AskedQuestion Question, bool Wake) : ConversationEvent;

    /// <summary>A node took it, because something waits for an answer.</summary>
    public sealed record ConversationClaimed(long Epoch, string Owner, DateTimeOffset At) : ConversationEvent;

    /// <summary>Nobody wants more of an answer: it ends where it is, or before it begins.</summary>
    public sealed record AnswerStopped(string QuestionId, DateTimeOffset At) : ConversationEvent;

    /// <summary>A turn is over.</summary>
    public sealed record QuestionAnswered(string QuestionId, SpokenAnswer Answer, string Node, DateTimeOffset At) : ConversationEvent;

    /// <summary>A turn is over without an answer.</summary>
    public sealed record QuestionFailed(string QuestionId, string Reason, string Node, DateTimeOffset At) : ConversationEvent;
}
