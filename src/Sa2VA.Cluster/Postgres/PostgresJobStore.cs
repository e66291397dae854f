using Npgsql;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Settings;
using Sa2VA.Cluster.Storage;
using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.Postgres;

/// <summary>
/// The jobs of a cluster in PostgreSQL. What may be done twice is repeated while the server is away; after the patience, everything throws
/// <see cref="ServerUnavailableException"/>.
/// </summary>
public sealed class PostgresJobStore(PostgresDatabase database, TimeProvider? time = null) : IJobStore
{
    private const int MaxLimit = 10_000;

    private readonly JobSubmission _submission = new(database, time ?? TimeProvider.System);
    private readonly OutboxPump _outbox = new(database);

    /// <inheritdoc/>
    /// <remarks>
    /// A submission cannot be repeated by itself, as its videos are gone with the stream. When it fails with
    /// <see cref="ServerUnavailableException"/>, submitting again under the same key is safe.
    /// </remarks>
    public Task<JobReceipt> SubmitAsync(JobRequest job, IAsyncEnumerable<VideoRequest> videos, CancellationToken cancellationToken)
        => _submission.RunAsync(job, videos, cancellationToken);

    /// <inheritdoc/>
    public async Task<JobView?> FindJobAsync(string jobId, CancellationToken cancellationToken)
        => (await ListAsync("looking for a job", JobRows.Job, $"{JobRows.JobsWithCounts} WHERE j.job_id = $1", [jobId], cancellationToken)).FirstOrDefault();

    /// <inheritdoc/>
    public Task<IReadOnlyList<JobView>> ListJobsAsync(JobFilter filter, string? before, int limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var standing = filter.Standing switch
        {
            JobStanding.Active => "c.waiting + c.running + c.paused > 0",
            JobStanding.Done => "c.waiting + c.running + c.paused = 0",
            JobStanding.Failed => "c.failed + c.dead > 0",
            _ => "true",
        };
        // Letters of every alphabet, also where the database's own rules know those of English only.
        var named = string.IsNullOrEmpty(filter.Text)
            ? "$2 = ''"
            : "strpos(lower(concat_ws(E'\\n', j.request ->> 'title', j.job_id, j.request ->> 'model', j.request ->> 'key') COLLATE \"und-x-icu\"), lower($2 COLLATE \"und-x-icu\")) > 0";
        return ListAsync(
            "listing jobs", JobRows.Job, $"{JobRows.JobsWithCounts} WHERE ($1::text IS NULL OR j.job_id < $1) AND {standing} AND {named} ORDER BY j.job_id DESC LIMIT $3",
            [before, StorableText.Of(filter.Text ?? ""), Limit(limit)], cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<VideoView?> FindVideoAsync(string videoId, CancellationToken cancellationToken)
        => VideoNumber.TryParse(videoId, out var video)
            ? (await ListVideosAsync("looking for a video", "v.job_id = $1 AND v.number = $2", [video.JobId, video.Number], cancellationToken)).FirstOrDefault()
            : null;

    /// <inheritdoc/>
    public Task<IReadOnlyList<VideoView>> ListVideosAsync(string jobId, VideoState? state, string? after, int limit, CancellationToken cancellationToken)
        => state is { } one
            ? ListVideosAsync(
                "listing videos", "v.job_id = $1 AND v.state = $2 AND v.number > $3 ORDER BY v.number LIMIT $4",
                [jobId, StateName.Of(one), NumberOf(jobId, after), Limit(limit)], cancellationToken)
            : ListVideosAsync(
                "listing videos", "v.job_id = $1 AND v.number > $2 ORDER BY v.number LIMIT $3", [jobId, NumberOf(jobId, after), Limit(limit)], cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<VideoView>> ListUnfinishedAsync(string jobId, string? after, int limit, CancellationToken cancellationToken)
        => ListVideosAsync(
            "listing videos", "v.job_id = $1 AND v.state IN ('waiting', 'running', 'paused') AND v.number > $2 ORDER BY v.number LIMIT $3",
            [jobId, NumberOf(jobId, after), Limit(limit)], cancellationToken);

    /// <inheritdoc/>
    public async Task<Attempt> BeginAttemptAsync(WorkItem item, string nodeId, int maxAttempts, CancellationToken cancellationToken)
    {
        if (!VideoNumber.TryParse(item.VideoId, out var video)) return new Attempt(AttemptVerdict.Forget, Job: null, Video: null);
        // Names this attempt, so that one whose answer was lost is not counted again.
        var attempt = Guid.NewGuid();
        return await database.RetryAsync($"beginning '{item.VideoId}'", async stop =>
        {
            await using var batch = database.Source.CreateBatch();
            batch.BatchCommands.Add(Sql.InBatch(
                "SELECT clock_timestamp() - updated_at FROM videos WHERE job_id = $1 AND number = $2 AND attempts > 0 AND error IS NULL AND attempt_id <> $3",
                video.JobId, video.Number, attempt));
            batch.BatchCommands.Add(Sql.InBatch("SELECT take_message($1, $2, $3, $4, $5, $6)", video.JobId, video.Number, nodeId, attempt, maxAttempts, (short)item.Priority));
            batch.BatchCommands.Add(Sql.InBatch(
                $"SELECT {JobRows.VideoColumns}, j.request FROM videos AS v JOIN jobs AS j USING (job_id) WHERE v.job_id = $1 AND v.number = $2", video.JobId, video.Number));
            await using var row = await batch.ExecuteReaderAsync(stop);
            TimeSpan? silence = await row.ReadAsync(stop) ? row.GetFieldValue<TimeSpan>(0) : null;
            await row.NextResultAsync(stop);
            await row.ReadAsync(stop);
            var verdict = row.GetString(0) switch
            {
                "go" => AttemptVerdict.Go,
                "too many" => AttemptVerdict.TooMany,
                _ => AttemptVerdict.Forget,
            };
            await row.NextResultAsync(stop);
            return await row.ReadAsync(stop)
                ? new Attempt(verdict, JobJson.ReadJob(row.GetString(row.FieldCount - 1)), JobRows.Video(row), silence) : new Attempt(verdict, Job: null, Video: null);
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<VideoState?> EndAttemptAsync(string videoId, string nodeId, CancellationToken cancellationToken)
        => VideoNumber.TryParse(videoId, out var video)
            && await AskAsync($"ending the attempt at '{videoId}'", "SELECT end_attempt($1, $2, $3)", [video.JobId, video.Number, nodeId], cancellationToken) is string state
            ? StateName.Parse(state) : null;

    /// <inheritdoc/>
    public async Task NoteFailureAsync(string videoId, string reason, CancellationToken cancellationToken)
    {
        if (VideoNumber.TryParse(videoId, out var video))
        {
            await AskAsync($"noting why '{videoId}' stopped",
                "UPDATE videos SET error = $3, updated_at = clock_timestamp() WHERE job_id = $1 AND number = $2 AND state IN ('waiting', 'running')",
                [video.JobId, video.Number, StorableText.Of(reason)], cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async Task BuryAsync(string videoId, string reason, CancellationToken cancellationToken)
    {
        if (VideoNumber.TryParse(videoId, out var video))
            await AskAsync($"giving '{videoId}' up", "SELECT bury_video($1, $2, $3)", [video.JobId, video.Number, StorableText.Of(reason)], cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<bool> HoldAsync(string jobId, string? videoId, CancellationToken cancellationToken)
    {
        if (videoId is null)
            return await AskAsync($"holding job '{jobId}'", "UPDATE jobs SET held = true WHERE job_id = $1 RETURNING true", [jobId], cancellationToken) is true;
        return IsOf(jobId, videoId, out var number)
            && await AskAsync($"holding '{videoId}'", "SELECT hold_video($1, $2)", [jobId, number], cancellationToken) is true;
    }

    /// <inheritdoc/>
    public async Task<bool> IsHeldAsync(string videoId, CancellationToken cancellationToken)
        => VideoNumber.TryParse(videoId, out var video)
            && await AskAsync($"asking whether '{videoId}' is held", "SELECT v.held OR j.held FROM videos AS v JOIN jobs AS j USING (job_id) WHERE v.job_id = $1 AND v.number = $2",
                [video.JobId, video.Number], cancellationToken) is true;

    /// <inheritdoc/>
    public Task<int> ReleaseAsync(string jobId, string? videoId, CancellationToken cancellationToken)
        => WakeAsync($"releasing '{videoId ?? jobId}'", "SELECT release_videos($1, $2)", jobId, videoId, cancellationToken);

    /// <inheritdoc/>
    public Task<int> RetryAsync(string jobId, string? videoId, CancellationToken cancellationToken)
        => WakeAsync($"waking '{videoId ?? jobId}'", "SELECT wake_videos($1, $2, ARRAY['failed', 'dead'])", jobId, videoId, cancellationToken);

    /// <inheritdoc/>
    public async Task<int> PrioritizeAsync(string jobId, string? videoId, WorkPriority priority, CancellationToken cancellationToken)
    {
        int? number = null;
        if (videoId is not null)
        {
            if (!IsOf(jobId, videoId, out var one)) return 0;
            number = one;
        }

        // As many messages as the job has videos.
        return (int)(long)(await AskAsync($"moving '{videoId ?? jobId}'", "SELECT prioritize_videos($1, $2, $3)", [jobId, number, (short)priority], cancellationToken, timeoutSeconds: 0))!;
    }

    /// <inheritdoc/>
    public async Task<bool> ForgetMessageAsync(WorkItem item, CancellationToken cancellationToken)
        => VideoNumber.TryParse(item.VideoId, out var video)
            && await AskAsync($"looking at a message of '{item.VideoId}'",
                "UPDATE videos SET stale[$3 + 1] = stale[$3 + 1] - 1 WHERE job_id = $1 AND number = $2 AND stale[$3 + 1] > 0 RETURNING true",
                [video.JobId, video.Number, (int)item.Priority], cancellationToken) is true;

    /// <inheritdoc/>
    public Task<IReadOnlyList<MeasuredVideo>> ListMeasuredAsync(string model, int limit, CancellationToken cancellationToken)
        => ListAsync("looking for measured videos", static row => new MeasuredVideo(row.GetInt64(0), row.GetInt32(1), row.IsDBNull(2) ? null : row.GetInt64(2), row.GetDouble(3)),
            """
            SELECT v.frames_total, jsonb_array_length(v.targets), v.frame_pixels, v.work_seconds FROM videos AS v JOIN jobs AS j USING (job_id)
            WHERE j.request ->> 'model' = $1 AND v.state = 'completed' AND v.reused_from IS NULL AND v.work_seconds > 0 AND v.frames_total > 0
                AND jsonb_path_exists(v.targets, '$[*] ? (@."$type" != "question")')
                AND j.job_id IN (SELECT recent.job_id FROM jobs AS recent ORDER BY recent.job_id DESC LIMIT 200)
            ORDER BY v.updated_at DESC LIMIT $2
            """, [model, Limit(limit)], cancellationToken);

    /// <inheritdoc/>
    public Task<int> PumpOutboxAsync(int limit, Func<WorkItem, CancellationToken, ValueTask> publish, CancellationToken cancellationToken)
        => _outbox.RunAsync(Limit(limit), publish, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<VideoView>> ListSilentAsync(DateTimeOffset since, int limit, CancellationToken cancellationToken)
        => ListVideosAsync("listing silent videos",
            """
            v.state IN ('waiting', 'running') AND v.updated_at < $1 AND NOT v.held
            AND NOT EXISTS (SELECT FROM jobs AS j WHERE j.job_id = v.job_id AND j.held)
            AND NOT EXISTS (SELECT FROM outbox AS o WHERE o.job_id = v.job_id AND o.number = v.number)
            ORDER BY v.updated_at LIMIT $2
            """, [since.ToUniversalTime(), Limit(limit)], cancellationToken);

    /// <inheritdoc/>
    public async Task RecordContentAsync(string videoId, string contentKey, CancellationToken cancellationToken)
    {
        if (VideoNumber.TryParse(videoId, out var video))
        {
            await AskAsync($"noting the content of '{videoId}'",
                "UPDATE videos SET content_key = $3 WHERE job_id = $1 AND number = $2", [video.JobId, video.Number, contentKey], cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async Task<VideoView?> FindReusableAsync(string contentKey, CancellationToken cancellationToken)
        => (await ListVideosAsync(
            "looking for an earlier result", "v.content_key = $1 AND v.state = 'completed' ORDER BY v.updated_at DESC LIMIT 1", [contentKey], cancellationToken)).FirstOrDefault();

    private static int Limit(int limit)
        => limit is >= 1 and <= MaxLimit ? limit : throw new ArgumentOutOfRangeException(nameof(limit), limit, $"A limit may be 1 to {MaxLimit}.");

    // Behind a video that is not of the job there is nothing that the caller can mean; all of them is the harmless answer.
    private static int NumberOf(string jobId, string? after) => after is not null && IsOf(jobId, after, out var number) ? number : 0;

    private static bool IsOf(string jobId, string videoId, out int number)
    {
        var isVideo = VideoNumber.TryParse(videoId, out var video) && video.JobId == jobId;
        number = video.Number;
        return isVideo;
    }

    private async Task<int> WakeAsync(string doing, string sql, string jobId, string? videoId, CancellationToken cancellationToken)
    {
        int? number = null;
        if (videoId is not null)
        {
            if (!IsOf(jobId, videoId, out var one)) return 0;
            number = one;
        }

        // A million videos are woken at once.
        return (int)(long)(await AskAsync(doing, sql, [jobId, number], cancellationToken, timeoutSeconds: 0))!;
    }

    private Task<IReadOnlyList<VideoView>> ListVideosAsync(string doing, string condition, object?[] values, CancellationToken cancellationToken)
        => ListAsync(doing, JobRows.Video, $"SELECT {JobRows.VideoColumns} FROM videos AS v WHERE {condition}", values, cancellationToken);

    private Task<IReadOnlyList<T>> ListAsync<T>(
        string doing, Func<NpgsqlDataReader, T> map, string sql, object?[] values, CancellationToken cancellationToken)
        => database.RetryAsync<IReadOnlyList<T>>(doing, async stop =>
        {
            await using var command = Sql.Command(database.Source, sql, values);
            await using var row = await command.ExecuteReaderAsync(stop);
            var found = new List<T>();
            while (await row.ReadAsync(stop)) found.Add(map(row));
            return found;
        }, cancellationToken);

    /// <summary>The first value of the first row; null or <see cref="DBNull"/> when there is none.</summary>
    private Task<object?> AskAsync(string doing, string sql, object?[] values, CancellationToken cancellationToken, int? timeoutSeconds = null)
        => database.RetryAsync(doing, async stop =>
        {
            await using var command = Sql.Command(database.Source, sql, values);
            if (timeoutSeconds is { } seconds) command.CommandTimeout = seconds;
            return await command.ExecuteScalarAsync(stop);
        }, cancellationToken);
}
