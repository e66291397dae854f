using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Npgsql;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Settings;
using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.Postgres;

/// <summary>
/// Takes messages from the outbox to the broker. They are locked in a transaction while they are published, so that other pumps pass them
/// by, and whoever dies with them in hand leaves them to the others.
/// </summary>
internal sealed class OutboxPump(PostgresDatabase database)
{
    // Videos that share the trace of their submission. One of a million videos could be looked at with no tool.
    private const int MostInATrace = 100;

    // A confirm takes the broker a disk sync, which many share.
    private const int AtOnce = 32;

    public async Task<int> RunAsync(int limit, Func<WorkItem, CancellationToken, ValueTask> publish, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await database.RetryAsync("opening the outbox", async stop => await database.Source.OpenConnectionAsync(stop), cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var messages = await TakeAsync(connection, limit, cancellationToken);
            if (messages.Count == 0) return 0;
            var (published, failure) = await PublishAsync(messages, publish, cancellationToken);
            // What the broker has must go, also when we are told to stop.
            await RemoveAsync(connection, published, CancellationToken.None);
            await transaction.CommitAsync(CancellationToken.None);
            failure?.Throw();
            return published.Count;
        }
        catch (NpgsqlException failure) when (PostgresFailures.IsTransient(failure))
        {
            throw new ServerUnavailableException($"PostgreSQL went away while the outbox was published; its messages are published again. {failure.Message}", failure);
        }
    }

    private static async Task<List<Message>> TakeAsync(NpgsqlConnection connection, int limit, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(connection,
            """
            SELECT o.id, o.job_id, o.number, o.priority, CASE WHEN j.videos <= $2 THEN j.trace_parent END FROM outbox AS o JOIN jobs AS j USING (job_id)
            ORDER BY o.priority, o.id LIMIT $1 FOR UPDATE OF o SKIP LOCKED
            """, limit, MostInATrace);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var messages = new List<Message>();
        while (await row.ReadAsync(cancellationToken))
        {
            messages.Add(new Message(row.GetInt64(0), new WorkItem(
                new VideoNumber(row.GetString(1), row.GetInt32(2)).ToString(), (WorkPriority)row.GetInt16(3), TraceParent: row.IsDBNull(4) ? null : row.GetString(4))));
        }

        return messages;
    }

    private static async Task<(IReadOnlyCollection<Message> Published, ExceptionDispatchInfo? Failure)> PublishAsync(
        List<Message> messages, Func<WorkItem, CancellationToken, ValueTask> publish, CancellationToken cancellationToken)
    {
        var published = new ConcurrentBag<Message>();
        try
        {
            await Parallel.ForEachAsync(messages, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (message, stop) =>
            {
                await publish(message.Item, stop);
                published.Add(message);
            });
            return (published, null);
        }
        catch (Exception failure)
        {
            return (published, ExceptionDispatchInfo.Capture(failure));
        }
    }

    private static async Task RemoveAsync(NpgsqlConnection connection, IReadOnlyCollection<Message> published, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(connection,
            "DELETE FROM outbox USING unnest($1::smallint[], $2::bigint[]) AS done (priority, id) WHERE outbox.priority = done.priority AND outbox.id = done.id",
            published.Select(m => (short)m.Item.Priority).ToArray(), published.Select(m => m.Id).ToArray());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private sealed record Message(long Id, WorkItem Item);
}
