using System.Diagnostics;
using System.Text.Json.Nodes;
using Npgsql;
using NpgsqlTypes;
using Sa2VA.Cluster.Grounding;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.Postgres;

/// <summary>
/// Takes a job in: one transaction that streams the videos to their table and then writes the job, its counters and the messages. The
/// key is claimed last, so that nobody who submits under it waits for another's upload; of two, the later finds the earlier one's job.
/// </summary>
internal sealed class JobSubmission(PostgresDatabase database, TimeProvider time)
{
    public async Task<JobReceipt> RunAsync(JobRequest job, IAsyncEnumerable<VideoRequest> videos, CancellationToken cancellationToken)
    {
        JobRules.Check(job);
        if (await FindAsync(job.Key, cancellationToken) is { } known)
        {
            // Before its videos are read, which may take long.
            RefuseOtherSettings(known, job);
            return Repeated(known, job, await ReadAsync(videos, cancellationToken));
        }

        var id = JobId.New(time.GetUtcNow());
        var (manifest, isNew) = await WriteAsync(id, job, videos, cancellationToken);
        if (isNew) return new JobReceipt(id, manifest.Videos, IsNew: true);
        var winner = await FindAsync(job.Key, cancellationToken) ?? throw new InvalidOperationException($"The job with the key '{job.Key}' vanished.");
        RefuseOtherSettings(winner, job);
        return Repeated(winner, job, manifest);
    }

    /// <summary>Writes all of it, or nothing when the key was taken meanwhile.</summary>
    private async Task<(Manifest Manifest, bool IsNew)> WriteAsync(
        string id, JobRequest job, IAsyncEnumerable<VideoRequest> videos, CancellationToken cancellationToken)
    {
        await using var connection = await database.RetryAsync("submitting a job", async stop => await database.Source.OpenConnectionAsync(stop), cancellationToken);
        try
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var manifest = await CopyAsync(connection, id, videos, cancellationToken);
            if (manifest.Videos == 0) throw new JobRefusedException("The job has no videos.");
            if (!await InsertJobAsync(connection, id, job, manifest, cancellationToken)) return (manifest, false);
            await InsertMessagesAsync(connection, id, job, manifest, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return (manifest, true);
        }
        catch (NpgsqlException failure) when (PostgresFailures.IsTransient(failure))
        {
            throw new ServerUnavailableException(
                $"PostgreSQL went away while job {id} was submitted: {failure.Message} It is accepted as a whole or not at all; submit it again, under a key so that it cannot be accepted twice.", failure);
        }
    }

    private static async Task<Manifest> CopyAsync(
        NpgsqlConnection connection, string id, IAsyncEnumerable<VideoRequest> videos, CancellationToken cancellationToken)
    {
        using var digest = new ManifestDigest();
        await using var importer = await connection.BeginBinaryImportAsync(
            "COPY videos (job_id, number, name, source, targets, first_frame, last_frame, stride) FROM STDIN (FORMAT BINARY)", cancellationToken);
        // The end of the copy waits for the disk, and its length is the manifest's.
        importer.Timeout = TimeSpan.FromHours(1);
        var number = 0;
        await foreach (var video in videos.WithCancellation(cancellationToken))
        {
            number = checked(number + 1);
            JobRules.Check(video, number);
            var targets = JobJson.WriteTargets(video.Targets);
            digest.Add(video, targets);
            var frames = video.Frames ?? FrameSelection.All;
            await importer.StartRowAsync(cancellationToken);
            await importer.WriteAsync(id, NpgsqlDbType.Text, cancellationToken);
            await importer.WriteAsync(number, NpgsqlDbType.Integer, cancellationToken);
            await WriteAsync(importer, video.Name, cancellationToken);
            await importer.WriteAsync(video.Source, NpgsqlDbType.Text, cancellationToken);
            await importer.WriteAsync(targets, NpgsqlDbType.Jsonb, cancellationToken);
            await importer.WriteAsync(frames.First, NpgsqlDbType.Integer, cancellationToken);
            if (frames.Last is { } last) await importer.WriteAsync(last, NpgsqlDbType.Integer, cancellationToken);
            else await importer.WriteNullAsync(cancellationToken);
            await importer.WriteAsync(frames.Stride, NpgsqlDbType.Integer, cancellationToken);
        }

        await importer.CompleteAsync(cancellationToken);
        return new Manifest(number, digest.Finish());
    }

    private static Task WriteAsync(NpgsqlBinaryImporter importer, string? text, CancellationToken cancellationToken)
        => text is null ? importer.WriteNullAsync(cancellationToken) : importer.WriteAsync(text, NpgsqlDbType.Text, cancellationToken);

    /// <summary>False when the key is another job's.</summary>
    private static async Task<bool> InsertJobAsync(NpgsqlConnection connection, string id, JobRequest job, Manifest manifest, CancellationToken cancellationToken)
    {
        // A span that nobody records, as web servers make for each request, must not keep the videos from being traced.
        var trace = Activity.Current is { IdFormat: ActivityIdFormat.W3C, Recorded: true } activity ? activity.Id : null;
        await using var insert = Sql.Command(connection,
            """
            INSERT INTO jobs (job_id, key, request, priority, videos, manifest, trace_parent) VALUES ($1, $2, $3::jsonb, $4, $5, $6, $7)
            ON CONFLICT (key) DO NOTHING
            """, id, job.Key, JobJson.Write(job), (short)job.Priority, manifest.Videos, manifest.Digest, trace);
        return await insert.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    private static async Task InsertMessagesAsync(NpgsqlConnection connection, string id, JobRequest job, Manifest manifest, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                Sql.InBatch(
                    "INSERT INTO job_counts (job_id, slot, waiting) SELECT $1, count_slot(number), count(*) FROM generate_series(1, $2) AS number GROUP BY 2",
                    id, manifest.Videos),
                Sql.InBatch(
                    "INSERT INTO outbox (priority, job_id, number) SELECT $1, $2, number FROM generate_series(1, $3) AS number", (short)job.Priority, id, manifest.Videos),
            },
        };
        // A message per video: as long as the manifest.
        batch.Timeout = 0;
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<KnownJob?> FindAsync(string? key, CancellationToken cancellationToken)
        => key is null ? null : await database.RetryAsync("looking for a job's key", async stop =>
        {
            await using var command = Sql.Command(database.Source, "SELECT job_id, videos, manifest, request FROM jobs WHERE key = $1", key);
            await using var row = await command.ExecuteReaderAsync(stop);
            return await row.ReadAsync(stop)
                ? new KnownJob(row.GetString(0), new Manifest(row.GetInt32(1), row.GetFieldValue<byte[]>(2)), JobJson.ReadJob(row.GetString(3))) : null;
        }, cancellationToken);

    private static async Task<Manifest> ReadAsync(IAsyncEnumerable<VideoRequest> videos, CancellationToken cancellationToken)
    {
        using var digest = new ManifestDigest();
        var number = 0;
        await foreach (var video in videos.WithCancellation(cancellationToken))
        {
            JobRules.Check(video, ++number);
            digest.Add(video, JobJson.WriteTargets(video.Targets));
        }

        return new Manifest(number, digest.Finish());
    }

    private static void RefuseOtherSettings(KnownJob known, JobRequest job)
    {
        var (before, now) = (Settings(known.Request), Settings(job with { Title = known.Request.Title }));
        var differences = now.Where(setting => !JsonNode.DeepEquals(before[setting.Key], setting.Value))
            .Select(setting => $"{setting.Key} {before[setting.Key]?.ToJsonString() ?? "null"}, not {setting.Value?.ToJsonString() ?? "null"}").ToList();
        if (differences.Count > 0)
        {
            throw new JobRefusedException(
                $"The key '{job.Key}' is that of job {known.JobId}, which has {string.Join(" and ", differences)}. Use another key for another job, or the same settings for the same.");
        }
    }

    /// <summary>What decides what a job does: what a default stands for may be spelled out.</summary>
    private static JsonObject Settings(JobRequest job) => JsonNode.Parse(JobJson.Write(job with { Protocol = job.Protocol.Resolved() }))!.AsObject();

    private static JobReceipt Repeated(KnownJob known, JobRequest job, Manifest manifest)
        => known.Manifest.Digest.AsSpan().SequenceEqual(manifest.Digest)
            ? new JobReceipt(known.JobId, known.Manifest.Videos, IsNew: false)
            : throw new JobRefusedException(
                $"The key '{job.Key}' is that of job {known.JobId} with {known.Manifest.Videos} videos, and these {manifest.Videos} videos are not the same. Use another key for another job, or the same manifest for the same.");

    private sealed record Manifest(int Videos, byte[] Digest);

    private sealed record KnownJob(string JobId, Manifest Manifest, JobRequest Request);
}
