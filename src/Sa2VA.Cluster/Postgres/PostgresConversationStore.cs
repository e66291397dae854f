using System.Text.Json;
using Npgsql;
using Sa2VA.Cluster.Conversations;
using Sa2VA.Cluster.Settings;
using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.Postgres;

/// <summary>The conversations of a cluster in PostgreSQL, kept up to date by <see cref="ConversationProjection"/>.</summary>
public sealed class PostgresConversationStore(PostgresDatabase database) : IConversationStore
{
    private const int MaxLimit = 10_000;
    private const string Columns = "conversation_id, request, turns, open, node, begun_at, updated_at";

    internal static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web);

    /// <inheritdoc/>
    public async Task<ConversationView?> FindAsync(string conversationId, CancellationToken cancellationToken)
        => (await ListAsync("looking for a conversation", $"SELECT {Columns} FROM conversations WHERE conversation_id = $1", [conversationId], cancellationToken)).FirstOrDefault();

    /// <inheritdoc/>
    public Task<IReadOnlyList<ConversationView>> ListAsync(string? before, int limit, CancellationToken cancellationToken)
    {
        if (limit is < 1 or > MaxLimit) throw new ArgumentOutOfRangeException(nameof(limit), limit, $"A limit may be 1 to {MaxLimit}.");
        return ListAsync(
            "listing conversations",
            $"""
            SELECT {Columns} FROM conversations
            WHERE $1::text IS NULL OR (begun_at, conversation_id) < (SELECT begun_at, conversation_id FROM conversations WHERE conversation_id = $1)
            ORDER BY begun_at DESC, conversation_id DESC LIMIT $2
            """,
            [before, limit], cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<int> PumpOutboxAsync(int limit, Func<WorkItem, CancellationToken, ValueTask> publish, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await database.RetryAsync("opening the outbox", async stop => await database.Source.OpenConnectionAsync(stop), cancellationToken);
            // Locked while they are published, so that other pumps pass them by, and whoever dies with them in hand leaves them to the others.
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var messages = await TakeAsync(connection, limit, cancellationToken);
            foreach (var (_, conversation) in messages.DistinctBy(one => one.Conversation))
                await publish(new WorkItem(conversation, Kind: WorkKind.Conversation), cancellationToken);
            if (messages.Count == 0) return 0;
            await using var remove = Sql.Command(connection, "DELETE FROM conversation_outbox WHERE id = ANY($1)", messages.Select(one => one.Id).ToArray());
            // What the broker has must go, also when we are told to stop.
            await remove.ExecuteNonQueryAsync(CancellationToken.None);
            await transaction.CommitAsync(CancellationToken.None);
            return messages.Count;
        }
        catch (NpgsqlException failure) when (PostgresFailures.IsTransient(failure))
        {
            throw new ServerUnavailableException($"PostgreSQL went away while the outbox was published; its messages are published again. {failure.Message}", failure);
        }
    }

    /// <inheritdoc/>
    public Task<bool> ForgetAsync(string conversationId, CancellationToken cancellationToken)
        => database.RetryAsync($"forgetting conversation '{conversationId}'", async stop =>
        {
            await using var command = Sql.Command(database.Source, "SELECT forget_conversation($1, $2)", conversationId, ConversationHistory.IdOf(conversationId));
            return await command.ExecuteScalarAsync(stop) is true;
        }, cancellationToken);

    private static async Task<List<(long Id, string Conversation)>> TakeAsync(NpgsqlConnection connection, int limit, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(connection, "SELECT id, conversation_id FROM conversation_outbox ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED", limit);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var messages = new List<(long, string)>();
        while (await row.ReadAsync(cancellationToken)) messages.Add((row.GetInt64(0), row.GetString(1)));
        return messages;
    }

    private Task<IReadOnlyList<ConversationView>> ListAsync(string doing, string sql, object?[] values, CancellationToken cancellationToken)
        => database.RetryAsync<IReadOnlyList<ConversationView>>(doing, async stop =>
        {
            await using var command = Sql.Command(database.Source, sql, values);
            await using var row = await command.ExecuteReaderAsync(stop);
            var found = new List<ConversationView>();
            while (await row.ReadAsync(stop))
            {
                found.Add(new ConversationView(
                    row.GetString(0), JsonSerializer.Deserialize<ConversationRequest>(row.GetString(1), Json)!, row.GetInt32(2), row.GetInt32(3),
                    row.IsDBNull(4) ? null : row.GetString(4), row.GetFieldValue<DateTimeOffset>(5), row.GetFieldValue<DateTimeOffset>(6)));
            }

            return found;
        }, cancellationToken);
}
