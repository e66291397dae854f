using System.Diagnostics;
using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.Telemetry;

/// <summary>
/// One trace follows a video over all machines that work on it: its context travels with the work as a W3C <c>traceparent</c>. Costs nothing
/// while nobody listens.
/// </summary>
public static class ClusterTracing
{
    /// <summary>Name of the source.</summary>
    public const string SourceName = "Sa2VA.Cluster";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Begins the span in which a job is accepted; its videos belong to its trace, if they are few.</summary>
    public static Activity? StartSubmission() => Source.StartActivity("submit", ActivityKind.Producer);

    /// <summary>Begins the span in which work of the outbox is queued: in the trace of its submission, or in one of its own.</summary>
    public static Activity? StartQueueing(WorkItem item) => StartOf(item, "queue", ActivityKind.Producer);

    /// <summary>Begins the span of a node's work on a delivery, in the trace that the work belongs to; in a new one when it names none that can be read.</summary>
    /// <param name="item">The work.</param>
    /// <param name="node">Who does it.</param>
    public static Activity? StartWork(WorkItem item, string node)
        => StartOf(item, item.Kind switch { WorkKind.Keyframes => "work keyframes", WorkKind.Conversation => "work conversation", _ => "work video" }, ActivityKind.Consumer)?.SetTag("sa2va.node", node);

    /// <summary>Begins the span of a part of that work: <c>claim</c>, <c>fetch</c>, <c>reuse</c>, <c>probe</c>, <c>ground</c>, <c>track</c>, <c>checkpoint</c>, <c>finish</c>.</summary>
    /// <param name="stage">Its name.</param>
    /// <param name="parent">What it is a part of; the current span when left out.</param>
    public static Activity? StartStage(string stage, ActivityContext parent = default) => Source.StartActivity(stage, ActivityKind.Internal, parent);

    /// <summary>Begins the span in which a video is queued for whoever goes on with it, whose work is a part of it.</summary>
    public static Activity? StartHandOver(HandOverReason reason)
        => Source.StartActivity("hand over", ActivityKind.Producer)?.SetTag("sa2va.reason", reason.ToString().ToLowerInvariant());

    /// <summary>Notes that a span failed.</summary>
    public static void Fail(this Activity? span, Exception failure) => span?.SetStatus(ActivityStatusCode.Error, failure.Message).SetTag("error.type", failure.GetType().Name);

    /// <summary>The work with the current trace on it. It keeps the one that it has when there is none, so that a message passed on stays in its trace.</summary>
    public static WorkItem Traced(this WorkItem item)
        => Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } id } ? item with { TraceParent = id } : item;

    private static Activity? StartOf(WorkItem item, string name, ActivityKind kind)
    {
        _ = ActivityContext.TryParse(item.TraceParent, traceState: null, isRemote: true, out var parent);
        return Source.StartActivity(name, kind, parent)?.SetTag(item.Kind == WorkKind.Conversation ? "sa2va.conversation.id" : "sa2va.video.id", item.VideoId).SetTag("sa2va.priority", item.Priority.ToString().ToLowerInvariant());
    }
}
