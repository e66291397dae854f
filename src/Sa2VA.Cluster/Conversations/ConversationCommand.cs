using Sa2VA.Actors;

namespace Sa2VA.Cluster.Conversations;

/// <summary>What the owner of a conversation understands.</summary>
public abstract record ConversationCommand
{
    /// <summary>Begin it.</summary>
    public sealed record Begin(ConversationRequest Request) : ConversationCommand;

    /// <summary>Ask. A question whose id is known changes nothing.</summary>
    public sealed record Ask(string QuestionId, string Text, bool AsksForMask, bool Wake) : ConversationCommand;

    /// <summary>A node takes it.</summary>
    public sealed record Claim(long Epoch, string Owner, int MaxAttempts) : ConversationCommand;

    /// <summary>Say no more.</summary>
    public sealed record Stop(string QuestionId) : ConversationCommand;

    /// <summary>The actor's own: this was said.</summary>
    public sealed record Answer(string QuestionId, SpokenAnswer Said, string Node) : ConversationCommand;

    /// <summary>The actor's own: there is no answer.</summary>
    public sealed record Fail(string QuestionId, string Reason, string Node) : ConversationCommand;

    /// <summary>Somebody had a message to wake it: is this still its owner?</summary>
    public sealed record Check : ConversationCommand;

    /// <summary>End this sitting, unless something is being answered; the reply says whether it ends.</summary>
    internal sealed record Rest(ReplyTo<bool> Reply) : ConversationCommand;
}
