using System.Data;
using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Checkpoints;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.Postgres;

/// <summary>
/// Checkpoints as rows of a mebibyte. They are streamed to and from a file on this machine, so that memory does not grow with their size.
/// The epoch is checked in the transaction that makes a state visible; while it is sent, nobody is kept from taking the video over.
/// </summary>
/// <param name="database">Where they are kept.</param>
/// <param name="scratchFolder">For files on their way; made when absent, and empty when nothing is under way.</param>
public sealed class PostgresCheckpointStore(PostgresDatabase database, string scratchFolder) : ICheckpointStore
{
    private const int ChunkBytes = 1 << 20;

    /// <inheritdoc/>
    /// <exception cref="ServerUnavailableException">The server did not come back in time; the old state or the new one is kept.</exception>
    public async Task SaveAsync(string videoId, long epoch, string name, Func<string, Task> write, CancellationToken cancellationToken)
    {
        _ = (CheckpointName.Check(videoId), CheckpointName.Check(name));
        cancellationToken.ThrowIfCancellationRequested();
        var file = Scratch(name);
        try
        {
            await OnDiskAsync(() => write(file));
            await database.RetryAsync(
                $"keeping the checkpoint '{name}' of '{videoId}'", stop => FencedAsync(videoId, epoch, () => UploadAsync(videoId, epoch, name, file, stop)), cancellationToken);
        }
        finally
        {
            if (File.Exists(file)) File.Delete(file);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ServerUnavailableException">The server did not come back in time.</exception>
    public async Task<CheckpointLease?> OpenAsync(string videoId, string name, CancellationToken cancellationToken)
    {
        _ = (CheckpointName.Check(videoId), CheckpointName.Check(name));
        cancellationToken.ThrowIfCancellationRequested();
        var file = Scratch(name);
        var kept = false;
        try
        {
            await OnDiskAsync(async () => kept = await database.RetryAsync(
                $"fetching the checkpoint '{name}' of '{videoId}'", stop => DownloadAsync(videoId, name, file, stop), cancellationToken));
            return kept ? new CheckpointLease(file, isTemporary: true) : null;
        }
        finally
        {
            if (!kept && File.Exists(file)) File.Delete(file);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ServerUnavailableException">The server did not come back in time; they may be gone or not.</exception>
    public Task PruneAsync(string videoId, long epoch, string? keep, CancellationToken cancellationToken)
        => database.RetryAsync($"pruning the checkpoints of '{videoId}'", stop => FencedAsync(videoId, epoch, async () =>
        {
            await using var batch = database.Source.CreateBatch();
            batch.BatchCommands.Add(Sql.InBatch("SELECT hold_epoch($1, $2)", videoId, epoch));
            batch.BatchCommands.Add(Sql.InBatch("DELETE FROM checkpoints WHERE video_id = $1 AND name IS DISTINCT FROM $2::text", videoId, keep));
            await batch.ExecuteNonQueryAsync(stop);
        }), cancellationToken);

    private async Task OnDiskAsync(Func<Task> work)
    {
        try
        {
            Directory.CreateDirectory(scratchFolder);
            await work();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ScratchFolderException($"A checkpoint cannot be written to '{scratchFolder}' (scratchFolder): {failure.Message} Make room there, or name another folder.", failure);
        }
    }

    private async Task UploadAsync(string videoId, long epoch, string name, string file, CancellationToken cancellationToken)
    {
        await using var content = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var insert = Sql.Command(connection,
            "INSERT INTO checkpoints (video_id, name, length) VALUES ($1, $2, $3) RETURNING checkpoint_id", videoId, name, content.Length);
        var id = (long)(await insert.ExecuteScalarAsync(cancellationToken))!;
        await SendAsync(connection, id, content, cancellationToken);
        await using var publish = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                Sql.InBatch("SELECT hold_epoch($1, $2)", videoId, epoch),
                Sql.InBatch("DELETE FROM checkpoints WHERE video_id = $1 AND name = $2 AND checkpoint_id <> $3", videoId, name, id),
                // With the rest, not after its answer: cut off in between, we would keep the epoch, and with it the video, from everybody else.
                Sql.InBatch("COMMIT"),
            },
        };
        await publish.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task SendAsync(NpgsqlConnection connection, long id, FileStream content, CancellationToken cancellationToken)
    {
        await using var importer = await connection.BeginBinaryImportAsync(
            "COPY checkpoint_chunks (checkpoint_id, nr, bytes) FROM STDIN (FORMAT BINARY)", cancellationToken);
        var chunk = new byte[ChunkBytes];
        for (var nr = 0; await content.ReadAtLeastAsync(chunk, ChunkBytes, throwOnEndOfStream: false, cancellationToken) is > 0 and var length; nr++)
        {
            await importer.StartRowAsync(cancellationToken);
            await importer.WriteAsync(id, NpgsqlDbType.Bigint, cancellationToken);
            await importer.WriteAsync(nr, NpgsqlDbType.Integer, cancellationToken);
            await importer.WriteAsync(chunk.AsMemory(0, length), NpgsqlDbType.Bytea, cancellationToken);
        }

        await importer.CompleteAsync(cancellationToken);
    }

    /// <summary>False when there is no such state. One statement sees one version of it, whatever replaces it meanwhile.</summary>
    private async Task<bool> DownloadAsync(string videoId, string name, string file, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(database.Source,
            """
            SELECT latest.length, chunk.bytes
            FROM (SELECT checkpoint_id, length FROM checkpoints WHERE video_id = $1 AND name = $2 ORDER BY checkpoint_id DESC LIMIT 1) AS latest
            LEFT JOIN checkpoint_chunks AS chunk USING (checkpoint_id)
            ORDER BY chunk.nr
            """, videoId, name);
        await using var row = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, cancellationToken);
        if (!await row.ReadAsync(cancellationToken)) return false;
        var length = row.GetInt64(0);
        await using var content = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
        do
        {
            if (await row.IsDBNullAsync(1, cancellationToken)) break;
            await using var bytes = await row.GetStreamAsync(1, cancellationToken);
            await bytes.CopyToAsync(content, cancellationToken);
        }
        while (await row.ReadAsync(cancellationToken));
        if (content.Length != length)
            throw new InvalidDataException($"The checkpoint '{name}' of '{videoId}' has {content.Length} bytes in the database, and should have {length}: its rows were tampered with.");
        return true;
    }

    private static async Task FencedAsync(string videoId, long epoch, Func<Task> write)
    {
        try
        {
            await write();
        }
        catch (PostgresException refusal) when (refusal.SqlState == PostgresFailures.StaleEpoch)
        {
            throw new FencedException(videoId, epoch, long.Parse(refusal.Hint!, CultureInfo.InvariantCulture));
        }
    }

    private string Scratch(string name) => Path.Combine(scratchFolder, $"{Guid.NewGuid():N}-{name}");
}
