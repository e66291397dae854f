using System.Diagnostics;
using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.Telemetry;

/// <summary>
/// One trace per video, whatever the number of machines that work on it: its context travels with the work as a W3C <c>traceparent</c>.
/// Costs nothing while nobody listens.
/// </summary>
public static class ClusterTracing
{
    /// <summary>Name of the source.</summary>
    public const string SourceName = "Sa2VA.Cluster";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Begins the span in which a job is accepted, or work is queued; what is queued in it belongs to its trace.</summary>
    public static Activity? StartSubmission(string jobId)
        => Source.StartActivity("submit", ActivityKind.Producer)?.SetTag("sa2va.job.id", jobId);

    /// <summary>Begins the span of a node's work on a delivery, in the trace that the work belongs to; in a new one when it names none that can be read.</summary>
    /// <param name="item">The work.</param>
    /// <param name="node">Who does it.</param>
    public static Activity? StartWork(WorkItem item, string node)
    {
        _ = ActivityContext.TryParse(item.TraceParent, traceState: null, isRemote: true, out var parent);
        var kind = item.Kind == WorkKind.Keyframes ? "keyframes" : "video";
        return Source.StartActivity($"work {kind}", ActivityKind.Consumer, parent)?
            .SetTag("sa2va.video.id", item.VideoId).SetTag("sa2va.node", node).SetTag("sa2va.priority", item.Priority.ToString().ToLowerInvariant());
    }

    /// <summary>Begins the span of a part of that work: <c>fetch</c>, <c>probe</c>, <c>ground</c>, <c>track</c>, <c>checkpoint</c>.</summary>
    public static Activity? StartStage(string stage) => Source.StartActivity(stage);

    /// <summary>Notes that a span failed.</summary>
    public static void Fail(this Activity? span, Exception failure) => span?.SetStatus(ActivityStatusCode.Error, failure.Message).SetTag("error.type", failure.GetType().Name);

    /// <summary>The work with the current trace on it. It keeps the one that it has when there is none, so that a message passed on stays in its trace.</summary>
    public static WorkItem Traced(this WorkItem item)
        => Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } id } ? item with { TraceParent = id } : item;
}
