using System.Diagnostics;
using Sa2VA.Cluster.Telemetry;
using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.Tests.Telemetry;

public sealed class ClusterTracingTests
{
    private const string Parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    [Fact]
    public void Work_goes_on_in_the_trace_that_it_names_and_passes_it_on()
    {
        using var listener = Listen();
        using var span = ClusterTracing.StartWork(new WorkItem("video-1", WorkPriority.High, WorkKind.Video, Parent), "node-a");
        Assert.NotNull(span);
        Assert.Equal(("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"), (span.TraceId.ToHexString(), span.ParentSpanId.ToHexString()));
        Assert.Equal((ActivityKind.Consumer, "work video"), (span.Kind, span.DisplayName));
        Assert.Equal("video-1", span.GetTagItem("sa2va.video.id"));

        using var stage = ClusterTracing.StartStage("track");
        var next = new WorkItem("video-1").Traced();
        Assert.StartsWith("00-4bf92f3577b34da6a3ce929d0e0e4736-" + stage!.SpanId.ToHexString(), next.TraceParent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("00-00000000000000000000000000000000-0000000000000000-01")]
    public void Work_without_a_trace_that_can_be_read_begins_one(string? parent)
    {
        using var listener = Listen();
        using var span = ClusterTracing.StartWork(new WorkItem("video-1", TraceParent: parent), "node-a");
        Assert.Equal(default, span!.ParentSpanId);
        Assert.NotEqual(default, span.TraceId);
    }

    [Fact]
    public void A_message_passed_on_without_a_span_keeps_its_trace()
    {
        Assert.Null(Activity.Current);
        Assert.Equal(Parent, new WorkItem("video-1", TraceParent: Parent).Traced().TraceParent);
    }

    [Fact]
    public void A_failure_is_noted_on_its_span()
    {
        using var listener = Listen();
        using var span = ClusterTracing.StartSubmission();
        span.Fail(new InvalidDataException("The file is damaged."));
        Assert.Equal((ActivityStatusCode.Error, "The file is damaged."), (span!.Status, span.StatusDescription));
    }

    private static ActivityListener Listen()
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ClusterTracing.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
