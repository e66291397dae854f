using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.Tests.Transport;

public sealed class InProcessTransportTests : TransportConformance, IAsyncDisposable
{
    protected override ITransport Transport { get; } = new InProcessTransport();

    [Fact]
    public async Task A_publisher_waits_for_room_until_work_is_settled()
    {
        await using var small = new InProcessTransport(capacity: 2);
        await small.PublishAsync(new WorkItem("a"), Stop);
        await small.PublishAsync(new WorkItem("b"), Stop);
        var waiting = small.PublishAsync(new WorkItem("c"), Stop).AsTask();
        Assert.False(waiting.IsCompleted);
        await foreach (var delivery in small.ConsumeAsync([WorkKind.Video], 1, Stop))
        {
            Assert.False(waiting.IsCompleted);
            await delivery.AcknowledgeAsync(Stop);
            break;
        }

        await waiting;
    }

    public ValueTask DisposeAsync() => Transport.DisposeAsync();
}
