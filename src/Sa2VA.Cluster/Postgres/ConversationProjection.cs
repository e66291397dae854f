using System.Text.Json;
using Npgsql;
using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Conversations;
using static Sa2VA.Cluster.Conversations.ConversationEvent;

namespace Sa2VA.Cluster.Postgres;

/// <summary>Copies a conversation's events to its row, and leaves a wake-up in the outbox where nobody was there to answer.</summary>
public sealed class ConversationProjection : IJournalProjection
{
    private readonly ConversationCodec _codec = new();

    /// <inheritdoc/>
    public IEnumerable<NpgsqlBatchCommand> Project(string persistenceId, long epoch, IReadOnlyList<JournalEntry> entries)
    {
        if (ConversationHistory.ConversationOf(persistenceId) is not { } id) yield break;
        foreach (var happened in entries.Select(entry => _codec.Decode(new JournalRecord(0, epoch, entry.Type, entry.Payload))))
        {
            switch (happened)
            {
                case ConversationBegun(var request, _):
                    yield return Sql.InBatch(
                        "INSERT INTO conversations (conversation_id, request) VALUES ($1, $2::jsonb) ON CONFLICT DO NOTHING", id, JsonSerializer.Serialize(request, PostgresConversationStore.Json));
                    break;
                case QuestionAsked(_, var wake):
                    yield return Change(id, turns: 0, open: 1, node: null);
                    if (wake) yield return Sql.InBatch("INSERT INTO conversation_outbox (conversation_id) VALUES ($1)", id);
                    break;
                case ConversationClaimed(_, var node, _):
                    yield return Change(id, turns: 0, open: 0, node);
                    break;
                case QuestionAnswered or QuestionFailed:
                    yield return Change(id, turns: 1, open: -1, node: null);
                    break;
            }
        }
    }

    private static NpgsqlBatchCommand Change(string id, int turns, int open, string? node) => Sql.InBatch(
        "UPDATE conversations SET turns = turns + $2, open = open + $3, node = coalesce($4::text, node), updated_at = clock_timestamp() WHERE conversation_id = $1",
        id, turns, open, node);
}
