using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Sa2VA.Actors.Journaling;

namespace Sa2VA.Cluster.Journal;

/// <summary>
/// The embedded journal: one SQLite file, write-ahead log, synced at every commit. The epoch and the sequence number
/// are checked inside the transaction that writes, which SQLite serialises over all processes that share the file.
/// </summary>
public sealed class SqliteJournal : IJournal, IDisposable
{
    private readonly SqliteConnection _connection;

    // One connection and one user at a time: an append is short, and SQLite writes one at a time anyway.
    private readonly SemaphoreSlim _turn = new(1, 1);

    private SqliteJournal(SqliteConnection connection) => _connection = connection;

    /// <summary>Opens or makes the journal file. A file that is no journal, or of a newer version, is an <see cref="InvalidDataException"/>.</summary>
    public static SqliteJournal Open(string file)
    {
        SQLitePCL.Batteries_V2.Init();
        var settings = new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadWriteCreate, Pooling = false };
        var connection = new SqliteConnection(settings.ToString());
        try
        {
            connection.Open();
            SqliteSchema.Apply(connection);
            return new SqliteJournal(connection);
        }
        catch (SqliteException failure) when (failure.SqliteErrorCode is SQLitePCL.raw.SQLITE_NOTADB or SQLitePCL.raw.SQLITE_CORRUPT)
        {
            connection.Dispose();
            throw new InvalidDataException($"'{file}' is not a usable journal: {failure.Message} Move it away, or name another work folder.", failure);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<long> ClaimAsync(string persistenceId, string owner, CancellationToken cancellationToken)
    {
        using var turn = await TakeTurnAsync(cancellationToken);
        using var transaction = _connection.BeginTransaction(deferred: false);
        using var command = Command(transaction,
            """
            INSERT INTO owners(persistence_id, epoch, owner) VALUES ($id, 1, $owner)
            ON CONFLICT(persistence_id) DO UPDATE SET epoch = epoch + 1, owner = excluded.owner;
            SELECT epoch FROM owners WHERE persistence_id = $id;
            """, ("$id", persistenceId), ("$owner", owner));
        var epoch = Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
        transaction.Commit();
        return epoch;
    }

    /// <inheritdoc/>
    public async ValueTask AppendAsync(
        string persistenceId, long epoch, long lastSequence, IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken)
    {
        using var turn = await TakeTurnAsync(cancellationToken);
        using var transaction = _connection.BeginTransaction(deferred: false);
        var head = Head(transaction, persistenceId);
        if (head.Epoch != epoch) throw new FencedException(persistenceId, epoch, head.Epoch);
        if (head.LastSequence != lastSequence) throw new SequenceConflictException(persistenceId, lastSequence, head.LastSequence);
        for (var i = 0; i < entries.Count; i++)
        {
            using var insert = Command(transaction,
                "INSERT INTO journal(persistence_id, sequence_nr, epoch, type, payload) VALUES ($id, $nr, $epoch, $type, $payload);",
                ("$id", persistenceId), ("$nr", lastSequence + 1 + i), ("$epoch", epoch),
                ("$type", entries[i].Type), ("$payload", entries[i].Payload.ToArray()));
            insert.ExecuteNonQuery();
        }

        transaction.Commit();
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<JournalRecord> ReadAsync(
        string persistenceId, long fromSequence, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Pages, so that a reader that is slow holds neither the connection nor the whole history.
        const int page = 256;
        for (var next = fromSequence; ;)
        {
            var records = await ReadPageAsync(persistenceId, next, page, cancellationToken);
            foreach (var record in records) yield return record;
            if (records.Count < page) yield break;
            next = records[^1].Sequence + 1;
        }
    }

    /// <inheritdoc/>
    public async ValueTask SaveSnapshotAsync(string persistenceId, long epoch, JournalSnapshot snapshot, CancellationToken cancellationToken)
    {
        using var turn = await TakeTurnAsync(cancellationToken);
        using var transaction = _connection.BeginTransaction(deferred: false);
        var head = Head(transaction, persistenceId);
        if (head.Epoch != epoch) throw new FencedException(persistenceId, epoch, head.Epoch);
        using var command = Command(transaction,
            """
            INSERT INTO snapshots(persistence_id, sequence_nr, type, payload) VALUES ($id, $nr, $type, $payload)
            ON CONFLICT(persistence_id) DO UPDATE
            SET sequence_nr = excluded.sequence_nr, type = excluded.type, payload = excluded.payload
            WHERE excluded.sequence_nr >= snapshots.sequence_nr;
            """,
            ("$id", persistenceId), ("$nr", snapshot.Sequence), ("$type", snapshot.Type), ("$payload", snapshot.Payload.ToArray()));
        command.ExecuteNonQuery();
        transaction.Commit();
    }

    /// <inheritdoc/>
    public async ValueTask<JournalSnapshot?> LoadSnapshotAsync(string persistenceId, CancellationToken cancellationToken)
    {
        using var turn = await TakeTurnAsync(cancellationToken);
        using var command = Command(null, "SELECT sequence_nr, type, payload FROM snapshots WHERE persistence_id = $id;", ("$id", persistenceId));
        using var row = command.ExecuteReader();
        return row.Read() ? new JournalSnapshot(row.GetInt64(0), row.GetString(1), row.GetFieldValue<byte[]>(2)) : null;
    }

    /// <inheritdoc/>
    public async ValueTask<JournalHead> HeadAsync(string persistenceId, CancellationToken cancellationToken)
    {
        using var turn = await TakeTurnAsync(cancellationToken);
        return Head(null, persistenceId);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _connection.Dispose();
        _turn.Dispose();
    }

    private async ValueTask<List<JournalRecord>> ReadPageAsync(string persistenceId, long from, int count, CancellationToken cancellationToken)
    {
        using var turn = await TakeTurnAsync(cancellationToken);
        using var command = Command(null,
            "SELECT sequence_nr, epoch, type, payload FROM journal WHERE persistence_id = $id AND sequence_nr >= $from ORDER BY sequence_nr LIMIT $count;",
            ("$id", persistenceId), ("$from", from), ("$count", count));
        using var row = command.ExecuteReader();
        var records = new List<JournalRecord>();
        while (row.Read())
            records.Add(new JournalRecord(row.GetInt64(0), row.GetInt64(1), row.GetString(2), row.GetFieldValue<byte[]>(3)));
        return records;
    }

    private JournalHead Head(SqliteTransaction? transaction, string persistenceId)
    {
        using var command = Command(transaction,
            """
            SELECT epoch, owner, (SELECT COALESCE(MAX(sequence_nr), 0) FROM journal WHERE persistence_id = $id)
            FROM owners WHERE persistence_id = $id;
            """, ("$id", persistenceId));
        using var row = command.ExecuteReader();
        return row.Read() ? new JournalHead(row.GetInt64(0), row.GetInt64(2), row.GetString(1)) : new JournalHead(0, 0, "");
    }

    private SqliteCommand Command(SqliteTransaction? transaction, string sql, params ReadOnlySpan<(string Name, object Value)> arguments)
    {
        var command = _connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        foreach (var (name, value) in arguments) command.Parameters.AddWithValue(name, value);
        return command;
    }

    private async ValueTask<Turn> TakeTurnAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        return new Turn(_turn);
    }

    private readonly struct Turn(SemaphoreSlim turn) : IDisposable
    {
        public void Dispose() => turn.Release();
    }
}
