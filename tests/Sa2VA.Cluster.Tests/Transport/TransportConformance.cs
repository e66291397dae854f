using System.Text;
using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.Tests.Transport;

/// <summary>What every transport promises. A test class per adapter derives from it.</summary>
public abstract class TransportConformance
{
    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Room for 4 pieces of work; 3 attempts each.</summary>
    protected abstract ITransport Transport { get; }

    [Fact]
    public async Task Work_is_delivered_by_priority_then_in_order()
    {
        await PublishAsync("low", WorkPriority.Low);
        await PublishAsync("a");
        await PublishAsync("b");
        await PublishAsync("high", WorkPriority.High);
        Assert.Equal(["high", "a", "b", "low"], await TakeAsync(4));
    }

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

    [Fact]
    public async Task Unsettled_work_of_a_consumer_that_leaves_goes_to_another()
    {
        await PublishAsync("a");
        await PublishAsync("b");
        await foreach (var delivery in Transport.ConsumeAsync(2, Stop))
        {
            Assert.Equal("a", delivery.Item.VideoId);
            break;
        }

        Assert.Equal(["a", "b"], await TakeAsync(2));
    }

    [Fact]
    public async Task A_consumer_has_no_more_in_hand_than_it_asked_for()
    {
        await PublishAsync("a");
        await PublishAsync("b");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        await using var deliveries = Transport.ConsumeAsync(1, stop.Token).GetAsyncEnumerator(Stop);
        Assert.True(await deliveries.MoveNextAsync());
        var first = deliveries.Current;
        var next = deliveries.MoveNextAsync().AsTask();
        Assert.False(next.IsCompleted);
        await first.AcknowledgeAsync(Stop);
        Assert.True(await next);
        Assert.Equal("b", deliveries.Current.Item.VideoId);
    }

    [Fact]
    public async Task Work_that_keeps_failing_ends_with_the_dead_and_its_reason()
    {
        await PublishAsync("poison");
        var attempts = new List<int>();
        await foreach (var delivery in Transport.ConsumeAsync(1, Stop))
        {
            attempts.Add(delivery.Attempt);
            await delivery.RejectAsync($"failure {delivery.Attempt}", Stop);
            if (Transport.DeadWork.Count > 0) break;
        }

        Assert.Equal([1, 2, 3], attempts);
        Assert.Equal(new DeadWork(new WorkItem("poison"), "failure 3"), Assert.Single(Transport.DeadWork));
    }

    [Fact]
    public async Task Settling_twice_counts_once()
    {
        await PublishAsync("a");
        await foreach (var delivery in Transport.ConsumeAsync(1, Stop))
        {
            await delivery.AcknowledgeAsync(Stop);
            await delivery.RejectAsync("too late", Stop);
            break;
        }

        Assert.Empty(Transport.DeadWork);
        await PublishAsync("b");
        Assert.Equal(["b"], await TakeAsync(1));
    }

    [Fact]
    public async Task Mail_reaches_whoever_is_bound_and_comes_back_when_nobody_is()
    {
        var letters = new List<string>();
        var letter = Encoding.UTF8.GetBytes("cancel");
        Assert.False(await Transport.SendAsync("video.1", letter, Stop));
        using (Transport.Bind("video.1", (bytes, _) =>
        {
            letters.Add(Encoding.UTF8.GetString(bytes.Span));
            return default;
        }))
        {
            Assert.True(await Transport.SendAsync("video.1", letter, Stop));
            Assert.False(await Transport.SendAsync("video.2", letter, Stop));
        }

        Assert.False(await Transport.SendAsync("video.1", letter, Stop));
        Assert.Equal(["cancel"], letters);
    }

    private ValueTask PublishAsync(string id, WorkPriority priority = WorkPriority.Normal)
        => Transport.PublishAsync(new WorkItem(id, priority), Stop);

    private async Task<List<string>> TakeAsync(int count)
    {
        var taken = new List<string>();
        await foreach (var delivery in Transport.ConsumeAsync(1, Stop))
        {
            taken.Add(delivery.Item.VideoId);
            await delivery.AcknowledgeAsync(Stop);
            if (taken.Count == count) break;
        }

        return taken;
    }
}
