using Sa2VA.Actors.Journaling;

namespace Sa2VA.Cluster.Conversations;

/// <summary>The histories of conversations, read without claiming them, or written where nobody else does.</summary>
internal static class ConversationHistory
{
    private const string Kind = "conversation.";

    private static readonly ConversationCodec Codec = new();

    /// <summary>The id of its history.</summary>
    public static string IdOf(string conversationId) => Kind + conversationId;

    /// <summary>The conversation of a history; null when it is another kind's.</summary>
    public static string? ConversationOf(string persistenceId) => persistenceId.StartsWith(Kind, StringComparison.Ordinal) ? persistenceId[Kind.Length..] : null;

    public static async Task<ConversationState> LoadAsync(IJournal journal, string conversationId, CancellationToken cancellationToken)
    {
        var (state, next) = (ConversationState.Unknown, 1L);
        if (await journal.LoadSnapshotAsync(IdOf(conversationId), cancellationToken) is { } snapshot && Codec.DecodeState(snapshot) is { } kept)
            (state, next) = (kept, snapshot.Sequence + 1);
        await foreach (var record in journal.ReadAsync(IdOf(conversationId), next, cancellationToken)) state = ConversationLogic.Evolve(state, Codec.Decode(record));
        return state;
    }

    /// <summary>Applies a command as the conversation's own actor would, by claiming it first: whoever has it is fenced off.</summary>
    /// <returns>The conversation as it stands then.</returns>
    /// <exception cref="FencedException">Another one claimed it in the same moment; try again.</exception>
    public static async Task<ConversationState> ApplyAsync(
        IJournal journal, string conversationId, string owner, ConversationCommand command, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var id = IdOf(conversationId);
        var epoch = await journal.ClaimAsync(id, owner, cancellationToken);
        var head = await journal.HeadAsync(id, cancellationToken);
        var state = await LoadAsync(journal, conversationId, cancellationToken);
        var events = ConversationLogic.Decide(state, command, now);
        if (events.Count == 0) return state;
        await journal.AppendAsync(id, epoch, head.LastSequence, [.. events.Select(Codec.Encode)], cancellationToken);
        return events.Aggregate(state, ConversationLogic.Evolve);
    }
}
