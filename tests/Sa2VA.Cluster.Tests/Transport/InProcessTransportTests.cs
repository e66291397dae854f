using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.Tests.Transport;

public sealed class InProcessTransportTests : TransportConformance, IAsyncDisposable
{
    protected override ITransport Transport { get; } = new InProcessTransport(capacity: 4);

    [Fact]
    public async Task A_publisher_waits_for_room_until_work_is_settled()
    {
        foreach (var id in (string[])["a", "b", "c", "d"]) await PublishAsync(id);
        var waiting = Transport.PublishAsync(new WorkItem("e"), Stop).AsTask();
        Assert.False(waiting.IsCompleted);
        await TakeAsync(1);
        await waiting;
        Assert.Equal(["b", "c", "d", "e"], await TakeAsync(4));
    }

    public ValueTask DisposeAsync() => Transport.DisposeAsync();
}
