using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.Conversations;

/// <summary>Which conversations there are. What is said in them stands in the journal; this is kept up to date by what is written there.</summary>
public interface IConversationStore
{
    /// <summary>A conversation, or null.</summary>
    Task<ConversationView?> FindAsync(string conversationId, CancellationToken cancellationToken);

    /// <summary>Conversations, newest first.</summary>
    /// <param name="before">Only those that were begun before this one; null for all.</param>
    /// <param name="limit">How many at most, 1 to 10,000.</param>
    /// <param name="cancellationToken">Stops.</param>
    Task<IReadOnlyList<ConversationView>> ListAsync(string? before, int limit, CancellationToken cancellationToken);

    /// <summary>Queues the wake-ups that wait in the outbox; any number of processes may do so at once.</summary>
    /// <returns>How many were queued.</returns>
    Task<int> PumpOutboxAsync(int limit, Func<WorkItem, CancellationToken, ValueTask> publish, CancellationToken cancellationToken);

    /// <summary>Removes a conversation with its whole history; false when there is none. Whoever has it is fenced off by that.</summary>
    Task<bool> ForgetAsync(string conversationId, CancellationToken cancellationToken);
}

/// <summary>A conversation at a glance.</summary>
/// <param name="ConversationId">Its id.</param>
/// <param name="Request">What it is about.</param>
/// <param name="Turns">How many turns are over.</param>
/// <param name="Open">How many questions wait for their answer.</param>
/// <param name="Node">Who has it, or had it last; null for nobody yet.</param>
/// <param name="BegunAt">When it was begun.</param>
/// <param name="UpdatedAt">When something happened in it last.</param>
public sealed record ConversationView(
    string ConversationId, ConversationRequest Request, int Turns, int Open, string? Node, DateTimeOffset BegunAt, DateTimeOffset UpdatedAt);
