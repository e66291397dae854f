using System.Text;
using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.Tests.Transport;

/// <summary>What every transport promises. A test class per adapter derives from it.</summary>
public abstract class TransportConformance
{
    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Empty, and nobody else's.</summary>
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
    public async Task Unsettled_work_of_a_consumer_that_leaves_goes_to_another()
    {
        await PublishAsync("a");
        await PublishAsync("b");
        await foreach (var delivery in Transport.ConsumeAsync([WorkKind.Video], 2, Stop))
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
        await using var deliveries = Transport.ConsumeAsync([WorkKind.Video], 1, stop.Token).GetAsyncEnumerator(Stop);
        Assert.True(await deliveries.MoveNextAsync());
        var first = deliveries.Current;
        var next = deliveries.MoveNextAsync().AsTask();
        Assert.False(next.IsCompleted);
        await first.AcknowledgeAsync(Stop);
        Assert.True(await next);
        Assert.Equal("b", deliveries.Current.Item.VideoId);
    }

    [Fact]
    public async Task No_priority_starves()
    {
        for (var i = 0; i < 30; i++)
        {
            await PublishAsync("high", WorkPriority.High);
            await PublishAsync("normal");
            await PublishAsync("low", WorkPriority.Low);
        }

        var taken = await TakeAsync(26);
        Assert.Equal((18, 6, 2), (taken.Count(id => id == "high"), taken.Count(id => id == "normal"), taken.Count(id => id == "low")));
    }

    [Fact]
    public async Task A_consumer_takes_only_the_kinds_that_it_asked_for()
    {
        await Transport.PublishAsync(new WorkItem("look", Kind: WorkKind.Keyframes), Stop);
        await PublishAsync("track");
        Assert.Equal(["track"], await TakeAsync(1));
        await foreach (var delivery in Transport.ConsumeAsync([WorkKind.Keyframes], 1, Stop))
        {
            Assert.Equal(new WorkItem("look", Kind: WorkKind.Keyframes), delivery.Item);
            await delivery.AcknowledgeAsync(Stop);
            break;
        }
    }

    [Fact]
    public async Task Returned_work_comes_again_and_says_so()
    {
        await PublishAsync("a");
        var seen = new List<bool>();
        await foreach (var delivery in Transport.ConsumeAsync([WorkKind.Video], 1, Stop))
        {
            seen.Add(delivery.IsRedelivered);
            if (seen.Count == 2)
            {
                await delivery.AcknowledgeAsync(Stop);
                break;
            }

            await delivery.ReturnAsync(Stop);
        }

        Assert.Equal([false, true], seen);
    }

    [Fact]
    public async Task Buried_work_is_with_the_dead_with_its_reason_until_it_is_forgotten()
    {
        await PublishAsync("poison", WorkPriority.High);
        await foreach (var delivery in Transport.ConsumeAsync([WorkKind.Video], 1, Stop))
        {
            await delivery.BuryAsync("it took down five nodes", Stop);
            break;
        }

        var dead = Assert.Single(await Transport.DeadWorkAsync(10, Stop));
        Assert.Equal((new WorkItem("poison", WorkPriority.High), "it took down five nodes"), (dead.Item, dead.Reason));
        Assert.Single(await Transport.DeadWorkAsync(10, Stop));
        Assert.True(await Transport.ForgetDeadAsync("poison", Stop));
        Assert.False(await Transport.ForgetDeadAsync("poison", Stop));
        Assert.Empty(await Transport.DeadWorkAsync(10, Stop));
    }

    [Fact]
    public async Task Settling_twice_counts_once()
    {
        await PublishAsync("a");
        await foreach (var delivery in Transport.ConsumeAsync([WorkKind.Video], 1, Stop))
        {
            await delivery.AcknowledgeAsync(Stop);
            await delivery.BuryAsync("too late", Stop);
            break;
        }

        Assert.Empty(await Transport.DeadWorkAsync(10, Stop));
        await PublishAsync("b");
        Assert.Equal(["b"], await TakeAsync(1));
    }

    [Fact]
    public async Task Lengths_count_what_waits_and_not_what_is_in_hand()
    {
        await PublishAsync("a");
        await PublishAsync("b");
        await PublishAsync("c", WorkPriority.Low);
        await foreach (var delivery in Transport.ConsumeAsync([WorkKind.Video], 1, Stop))
        {
            var lengths = await Transport.LengthsAsync(Stop);
            Assert.Equal([0, 1, 1], lengths.Where(queue => queue.Kind == WorkKind.Video).OrderBy(queue => queue.Priority).Select(queue => queue.Waiting));
            await delivery.AcknowledgeAsync(Stop);
            break;
        }
    }

    [Fact]
    public async Task Mail_reaches_whoever_is_bound_and_comes_back_when_nobody_is()
    {
        var letters = new List<string>();
        var letter = Encoding.UTF8.GetBytes("cancel");
        Assert.False(await Transport.SendAsync("video.1", letter, Stop));
        await using (await Transport.BindAsync("video.1", Receive, Stop))
        {
            Assert.True(await Transport.SendAsync("video.1", letter, Stop));
            Assert.False(await Transport.SendAsync("video.2", letter, Stop));
        }

        Assert.False(await Transport.SendAsync("video.1", letter, Stop));
        Assert.Equal(["cancel"], letters);

        ValueTask Receive(ReadOnlyMemory<byte> bytes, CancellationToken stop)
        {
            letters.Add(Encoding.UTF8.GetString(bytes.Span));
            return default;
        }
    }

    protected ValueTask PublishAsync(string id, WorkPriority priority = WorkPriority.Normal)
        => Transport.PublishAsync(new WorkItem(id, priority), Stop);

    protected async Task<List<string>> TakeAsync(int count)
    {
        var taken = new List<string>();
        await foreach (var delivery in Transport.ConsumeAsync([WorkKind.Video], 1, Stop))
        {
            taken.Add(delivery.Item.VideoId);
            await delivery.AcknowledgeAsync(Stop);
            if (taken.Count == count) break;
        }

        return taken;
    }
}
