using Npgsql;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.Postgres;

/// <summary>Rows of jobs and videos as the views of the port.</summary>
internal static class JobRows
{
    /// <summary>The columns of <see cref="Video"/>; the table is called v.</summary>
    public const string VideoColumns =
        "v.job_id, v.number, v.source, v.targets, v.name, v.first_frame, v.last_frame, v.stride, v.state, v.epoch, v.owner, v.attempts, v.frames_done, v.frames_total, v.error, v.updated_at, v.reused_from, v.work_seconds, coalesce(v.priority, (SELECT own.priority FROM jobs AS own WHERE own.job_id = v.job_id))";

    /// <summary>The columns of <see cref="Job"/>, and the tables that they come from: jobs is called j.</summary>
    public const string JobsWithCounts =
        """
        SELECT j.job_id, j.request, j.submitted_at, j.videos, j.held, j.priority, c.*
        FROM jobs AS j CROSS JOIN LATERAL (
            SELECT sum(waiting) AS waiting, sum(running) AS running, sum(paused) AS paused, sum(completed) AS completed,
                sum(failed) AS failed, sum(cancelled) AS cancelled, sum(dead) AS dead
            FROM job_counts WHERE job_counts.job_id = j.job_id) AS c
        """;

    private const int FirstCount = 6;

    public static JobView Job(NpgsqlDataReader row) => new(
        row.GetString(0), JobJson.ReadJob(row.GetString(1)) with { Priority = (WorkPriority)row.GetInt16(5) }, row.GetFieldValue<DateTimeOffset>(2), row.GetInt32(3),
        Enumerable.Range(FirstCount, row.FieldCount - FirstCount).ToDictionary(i => StateName.Parse(row.GetName(i)), row.GetInt64),
        IsHeld: row.GetBoolean(4));

    public static VideoView Video(NpgsqlDataReader row)
    {
        var frames = new FrameSelection(row.GetInt32(5), row.IsDBNull(6) ? null : row.GetInt32(6), row.GetInt32(7));
        var request = new VideoRequest(
            row.GetString(2), JobJson.ReadTargets(row.GetString(3)), frames == FrameSelection.All ? null : frames, Text(row, 4));
        return new VideoView(
            new VideoNumber(row.GetString(0), row.GetInt32(1)).ToString(), row.GetString(0), request, StateName.Parse(row.GetString(8)),
            row.GetInt64(9), Text(row, 10), row.GetInt32(11), row.GetInt64(12), row.IsDBNull(13) ? null : row.GetInt64(13), Text(row, 14),
            row.GetFieldValue<DateTimeOffset>(15), Text(row, 16),
            (WorkPriority)row.GetInt16(18), row.GetDouble(17));
    }

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
