using System.Globalization;
using System.Runtime.CompilerServices;
using Npgsql;
using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Settings;
using Sa2VA.Cluster.Storage;

namespace Sa2VA.Cluster.Postgres;

/// <summary>
/// The cluster's journal. Each write is one round trip and one transaction that locks the actor's row, checks epoch and length, and writes,
/// together with what the projection makes of it. While the server is away, calls wait and are repeated; an append whose answer was lost is
/// recognised when it is repeated, so that it is written once. After the patience, <see cref="ServerUnavailableException"/>: then the outcome
/// of a write is unknown, and its actor has to be started again from the journal.
/// </summary>
public sealed class PostgresJournal(PostgresDatabase database, IJournalProjection? projection) : IJournal
{
    private const string Claim =
        """
        INSERT INTO owners AS known (persistence_id, epoch, owner) VALUES ($1, 1, $2)
        ON CONFLICT (persistence_id) DO UPDATE SET epoch = known.epoch + 1, owner = excluded.owner
        RETURNING epoch
        """;

    // So that a slow reader holds neither a connection nor the whole history.
    private const int Page = 256;

    /// <summary>A journal that is copied nowhere.</summary>
    public PostgresJournal(PostgresDatabase database)
        : this(database, projection: null)
    {
    }

    /// <inheritdoc/>
    /// <remarks>A claim whose answer was lost is made again, which skips an epoch.</remarks>
    public ValueTask<long> ClaimAsync(string persistenceId, string owner, CancellationToken cancellationToken)
        => RetryAsync($"taking over '{persistenceId}'", async stop =>
        {
            await using var command = Sql.Command(database.Source, Claim, persistenceId, StorableText.Of(owner));
            return (long)(await command.ExecuteScalarAsync(stop))!;
        }, cancellationToken);

    /// <inheritdoc/>
    /// <remarks>One round trip; as <see cref="ClaimAsync"/> when its answer was lost.</remarks>
    public ValueTask<JournalOpening> OpenAsync(string persistenceId, string owner, CancellationToken cancellationToken)
        => RetryAsync($"taking over '{persistenceId}'", async stop =>
        {
            await using var batch = database.Source.CreateBatch();
            batch.BatchCommands.Add(Sql.InBatch(Claim, persistenceId, StorableText.Of(owner)));
            batch.BatchCommands.Add(Sql.InBatch("SELECT sequence_nr, type, payload FROM snapshots WHERE persistence_id = $1", persistenceId));
            batch.BatchCommands.Add(Sql.InBatch(
                """
                SELECT sequence_nr, epoch, type, payload FROM journal
                WHERE persistence_id = $1 AND sequence_nr > coalesce((SELECT sequence_nr FROM snapshots WHERE persistence_id = $1), 0)
                ORDER BY sequence_nr LIMIT $2
                """, persistenceId, Page));
            await using var row = await batch.ExecuteReaderAsync(stop);
            await row.ReadAsync(stop);
            var epoch = row.GetInt64(0);
            await row.NextResultAsync(stop);
            var snapshot = await row.ReadAsync(stop) ? Snapshot(row) : null;
            await row.NextResultAsync(stop);
            var records = await RecordsAsync(row, stop);
            return new JournalOpening(epoch, snapshot, records, HasMore: records.Count == Page);
        }, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask AppendAsync(
        string persistenceId, long epoch, long lastSequence, IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken)
    {
        var answerLost = false;
        await RetryAsync($"appending to '{persistenceId}'", async stop =>
        {
            try
            {
                await AppendOnceAsync(persistenceId, epoch, lastSequence, entries, stop);
            }
            catch (PostgresException refusal) when (refusal.SqlState is PostgresFailures.StaleEpoch or PostgresFailures.OtherLength)
            {
                if (!answerLost || !await IsWrittenAsync(persistenceId, epoch, lastSequence, entries, stop))
                    throw Refused(persistenceId, epoch, lastSequence, refusal);
            }
            catch (Exception failure) when (PostgresFailures.IsTransient(failure))
            {
                answerLost = true;
                throw;
            }

            return true;
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<JournalRecord> ReadAsync(
        string persistenceId, long fromSequence, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var next = fromSequence; ;)
        {
            var from = next;
            var records = await RetryAsync($"reading '{persistenceId}'", stop => ReadPageAsync(persistenceId, from, Page, stop), cancellationToken);
            foreach (var record in records) yield return record;
            if (records.Count < Page) yield break;
            next = records[^1].Sequence + 1;
        }
    }

    /// <inheritdoc/>
    public async ValueTask SaveSnapshotAsync(string persistenceId, long epoch, JournalSnapshot snapshot, CancellationToken cancellationToken)
        => await RetryAsync($"keeping a snapshot of '{persistenceId}'", async stop =>
        {
            try
            {
                await using var command = Sql.Command(database.Source,
                    "SELECT save_snapshot($1, $2, $3, $4, $5)", persistenceId, epoch, snapshot.Sequence, snapshot.Type, snapshot.Payload);
                await command.ExecuteNonQueryAsync(stop);
            }
            catch (PostgresException refusal) when (refusal.SqlState == PostgresFailures.StaleEpoch)
            {
                throw Refused(persistenceId, epoch, snapshot.Sequence, refusal);
            }

            return true;
        }, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<JournalSnapshot?> LoadSnapshotAsync(string persistenceId, CancellationToken cancellationToken)
        => RetryAsync($"reading the snapshot of '{persistenceId}'", async stop =>
        {
            await using var command = Sql.Command(database.Source, "SELECT sequence_nr, type, payload FROM snapshots WHERE persistence_id = $1", persistenceId);
            await using var row = await command.ExecuteReaderAsync(stop);
            return await row.ReadAsync(stop) ? Snapshot(row) : null;
        }, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<JournalHead> HeadAsync(string persistenceId, CancellationToken cancellationToken)
        => RetryAsync($"looking at '{persistenceId}'", async stop =>
        {
            await using var command = Sql.Command(database.Source, "SELECT epoch, last_sequence, owner FROM owners WHERE persistence_id = $1", persistenceId);
            await using var row = await command.ExecuteReaderAsync(stop);
            return await row.ReadAsync(stop) ? new JournalHead(row.GetInt64(0), row.GetInt64(1), row.GetString(2)) : new JournalHead(0, 0, "");
        }, cancellationToken);

    private async Task AppendOnceAsync(
        string persistenceId, long epoch, long lastSequence, IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken)
    {
        // The statements of a batch travel together and are one transaction: a refusal by the first undoes, or rather never begins, the rest.
        await using var batch = database.Source.CreateBatch();
        batch.BatchCommands.Add(Sql.InBatch(
            "SELECT append_events($1, $2, $3, $4, $5)",
            persistenceId, epoch, lastSequence, entries.Select(e => e.Type).ToArray(), entries.Select(e => e.Payload).ToArray()));
        foreach (var statement in projection?.Project(persistenceId, epoch, entries) ?? []) batch.BatchCommands.Add(statement);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Whether an append whose answer was lost had been made: nobody else writes with this epoch.</summary>
    private async Task<bool> IsWrittenAsync(
        string persistenceId, long epoch, long lastSequence, IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken)
    {
        var records = await ReadPageAsync(persistenceId, lastSequence + 1, entries.Count, cancellationToken);
        return records.Count == entries.Count
            && records.Zip(entries).All(p => p.First.Epoch == epoch && p.First.Type == p.Second.Type && p.First.Payload.Span.SequenceEqual(p.Second.Payload.Span));
    }

    private async Task<List<JournalRecord>> ReadPageAsync(string persistenceId, long from, int count, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(database.Source,
            "SELECT sequence_nr, epoch, type, payload FROM journal WHERE persistence_id = $1 AND sequence_nr >= $2 ORDER BY sequence_nr LIMIT $3",
            persistenceId, from, count);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await RecordsAsync(row, cancellationToken);
    }

    private static JournalSnapshot Snapshot(NpgsqlDataReader row) => new(row.GetInt64(0), row.GetString(1), row.GetFieldValue<byte[]>(2));

    private static async Task<List<JournalRecord>> RecordsAsync(NpgsqlDataReader row, CancellationToken cancellationToken)
    {
        var records = new List<JournalRecord>();
        while (await row.ReadAsync(cancellationToken))
            records.Add(new JournalRecord(row.GetInt64(0), row.GetInt64(1), row.GetString(2), row.GetFieldValue<byte[]>(3)));
        return records;
    }

    private static Exception Refused(string persistenceId, long epoch, long lastSequence, PostgresException refusal)
    {
        var actual = long.Parse(refusal.Hint!, CultureInfo.InvariantCulture);
        return refusal.SqlState == PostgresFailures.StaleEpoch
            ? new FencedException(persistenceId, epoch, actual) : new SequenceConflictException(persistenceId, lastSequence, actual);
    }

    private ValueTask<T> RetryAsync<T>(string doing, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
        => new(database.RetryAsync(doing, work, cancellationToken));
}
