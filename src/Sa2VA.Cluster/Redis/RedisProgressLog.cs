using System.Globalization;
using System.Runtime.CompilerServices;
using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Progress;
using Sa2VA.Cluster.Results;
using StackExchange.Redis;

namespace Sa2VA.Cluster.Redis;

/// <summary>
/// Progress and events in Redis, in the layout of docs/redis.md. Readers look for new events every 50 ms while there are some and every second
/// while there are none: a blocking read would hold up everyone who shares the connection.
/// </summary>
/// <param name="connection">The server.</param>
/// <param name="time">The clock of the readers' pauses.</param>
public sealed class RedisProgressLog(RedisConnection connection, TimeProvider? time = null) : IProgressLog
{
    private const int EventsAtOnce = 100;
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly long _expiry = (long)connection.Options.ProgressExpiry.TotalMilliseconds;

    /// <inheritdoc/>
    public async Task ReportAsync(VideoProgress progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(progress);
        RedisKey[] keys = [connection.Keys.VideoProgress(progress.VideoId), connection.Keys.JobProgress(ClusterIds.JobOf(progress.VideoId))];
        RedisValue[] values =
        [
            progress.Epoch, progress.Stage.Name(), progress.FramesDone, progress.FramesTotal?.ToString(CultureInfo.InvariantCulture) ?? "",
            progress.FramesPerSecond.ToString("0.###", CultureInfo.InvariantCulture), progress.Node, progress.UpdatedAt.ToUnixTimeMilliseconds(),
            progress.Message ?? "", _expiry,
        ];
        var answer = (long[])(await connection.ExecuteAsync(database => database.ScriptEvaluateAsync(RedisScripts.Report, keys, values), cancellationToken))!;
        if (answer[0] == 0) throw new FencedException(progress.VideoId, progress.Epoch, answer[1]);
    }

    /// <inheritdoc/>
    public async Task<VideoProgress?> ReadVideoAsync(string videoId, CancellationToken cancellationToken)
    {
        var key = connection.Keys.VideoProgress(videoId);
        var fields = await ReadHashAsync(key, cancellationToken);
        if (fields.Count == 0) return null;
        var stage = ProgressStages.Parse(fields.Text("stage")) ?? throw new InvalidDataException($"'{key}' has the stage '{fields.Text("stage")}', which this program does not know; a newer one wrote it.");
        return new VideoProgress(
            videoId, fields.Number("epoch"), stage, (int)fields.Number("frames_done"), fields.Text("frames_total") is "" ? null : (int)fields.Number("frames_total"),
            fields.Real("fps"), fields.Text("node"), fields.Time("updated_at"), fields.Text("message") is { Length: > 0 } message ? message : null);
    }

    /// <inheritdoc/>
    public async Task<JobProgress?> ReadJobAsync(string jobId, CancellationToken cancellationToken)
    {
        var fields = await ReadHashAsync(connection.Keys.JobProgress(jobId), cancellationToken);
        if (fields.Count == 0) return null;
        var stages = Enum.GetValues<ProgressStage>().Select(stage => (stage, Count: fields.Number("stage:" + stage.Name()))).Where(s => s.Count > 0);
        return new JobProgress(
            jobId, fields.Number("videos"), stages.ToDictionary(s => s.stage, s => s.Count),
            fields.Number("frames_done"), fields.Number("frames_total"), fields.Real("fps"), fields.Time("updated_at"));
    }

    /// <inheritdoc/>
    public async Task<string> PublishEventAsync(string jobId, JobEvent happened, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(happened);
        RedisKey[] keys = [connection.Keys.Events(jobId)];
        var values = new List<RedisValue> { connection.Options.EventsPerJob, _expiry, "type", happened.Type, "at", happened.At.ToUnixTimeMilliseconds() };
        if (happened.VideoId is { } video) values.AddRange(["video", video]);
        if (happened.Detail is { } detail) values.AddRange(["detail", detail]);
        return (string)(await connection.ExecuteAsync(database => database.ScriptEvaluateAsync(RedisScripts.Publish, keys, [.. values]), cancellationToken))!;
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<StoredJobEvent> ReadEventsAsync(string jobId, string? afterId, CancellationToken cancellationToken)
        => ReadEventsAsync(jobId, afterId, LongestPause, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<StoredJobEvent> ReadEventsAsync(string jobId, string? afterId, TimeSpan longestPause, CancellationToken cancellationToken)
        => FollowAsync(connection.Keys.Events(jobId), afterId is null ? null : JobEventId.Parse(afterId), longestPause, cancellationToken);

    /// <inheritdoc/>
    public Task ForgetEventsAsync(string jobId, CancellationToken cancellationToken)
        => connection.ExecuteAsync(database => database.KeyDeleteAsync(connection.Keys.Events(jobId)), cancellationToken);

    private async IAsyncEnumerable<StoredJobEvent> FollowAsync(RedisKey key, JobEventId? after, TimeSpan longestPause, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pause = ShortestPause;
        while (!cancellationToken.IsCancellationRequested)
        {
            var fresh = await NextAsync(key, after, cancellationToken);
            foreach (var stored in fresh) yield return stored;
            if (fresh.Count > 0)
            {
                after = JobEventId.Parse(fresh[^1].Id);
                pause = ShortestPause;
                continue;
            }

            await Task.Delay(pause, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < longestPause ? pause * 2 : longestPause;
        }
    }

    /// <summary>Events after one, a few at a time; none when cancelled.</summary>
    private async Task<IReadOnlyList<StoredJobEvent>> NextAsync(RedisKey key, JobEventId? after, CancellationToken cancellationToken)
    {
        try
        {
            var from = after is { } id ? "(" + id : "-";
            var answer = await connection.ExecuteAsync(database => database.ExecuteAsync("XRANGE", key, from, "+", "COUNT", EventsAtOnce), cancellationToken);
            return [.. ((RedisResult[])answer!).Select(entry => EventOf((RedisResult[])entry!))];
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return [];
        }
    }

    private static StoredJobEvent EventOf(RedisResult[] entry)
    {
        var words = (string[])entry[1]!;
        var fields = new RedisFields(words.Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]));
        return new StoredJobEvent((string)entry[0]!, new JobEvent(fields.Text("type"), fields.Time("at"), fields.Find("video"), fields.Find("detail")));
    }

    private async Task<RedisFields> ReadHashAsync(RedisKey key, CancellationToken cancellationToken)
    {
        var entries = await connection.ExecuteAsync(database => database.HashGetAllAsync(key), cancellationToken);
        return new RedisFields(entries.ToDictionary(e => (string)e.Name!, e => (string)e.Value!));
    }
}
