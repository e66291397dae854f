using Npgsql;
using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Storage;
using Sa2VA.Cluster.Videos;

namespace Sa2VA.Cluster.Postgres;

/// <summary>
/// Copies a video's events to its row and to the counters of its job, and removes the trackers' states of one that is over for good. Ids that
/// are not of a job's video are left alone.
/// </summary>
public sealed class VideoProjection : IJournalProjection
{
    private readonly VideoCodec _codec = new();

    /// <inheritdoc/>
    public IEnumerable<NpgsqlBatchCommand> Project(string persistenceId, long epoch, IReadOnlyList<JournalEntry> entries)
    {
        if (entries.Count == 0 || !VideoNumber.TryParse(persistenceId, out var video)) yield break;
        var change = VideoChange.Of(entries.Select(entry => _codec.Decode(new JournalRecord(0, epoch, entry.Type, entry.Payload))));
        yield return Sql.InBatch(
            "SELECT project_video($1, $2, $3, $4, $5, $6, $7, $8)", video.JobId, video.Number, change.State is { } state ? StateName.Of(state) : null, epoch,
            Storable(change.Owner), change.FramesDone, change.FrameCount, Storable(change.Error));
        if (change.FramePixels is { } pixels)
            yield return Sql.InBatch("UPDATE videos SET frame_pixels = $3 WHERE job_id = $1 AND number = $2", video.JobId, video.Number, pixels);
        if (change.ReusedFrom is { } from)
            yield return Sql.InBatch("UPDATE videos SET reused_from = $3 WHERE job_id = $1 AND number = $2", video.JobId, video.Number, from);
        if (change.IsExtended) yield return Sql.InBatch("UPDATE videos SET content_key = NULL WHERE job_id = $1 AND number = $2", video.JobId, video.Number);
        if (change.IsRequeued) yield return Sql.InBatch("SELECT requeue_video($1, $2)", video.JobId, video.Number);
        // Nobody goes on with it any more; a failed one may be retried from where it stood.
        if (change.State is VideoState.Completed or VideoState.Cancelled)
            yield return Sql.InBatch("DELETE FROM checkpoints WHERE video_id = $1", persistenceId);
    }

    private static string? Storable(string? text) => text is null ? null : StorableText.Of(text);
}
