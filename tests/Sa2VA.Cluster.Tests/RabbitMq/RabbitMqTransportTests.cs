using RabbitMQ.Client;
using Sa2VA.Cluster.RabbitMq;
using Sa2VA.Cluster.Settings;
using Sa2VA.Cluster.Tests.Transport;
using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.Tests.RabbitMq;

/// <summary>Work on a real server.</summary>
public sealed class RabbitMqTransportTests(Broker broker) : TransportConformance, IClassFixture<Broker>, IAsyncLifetime
{
    private readonly RabbitMqOptions _options = broker.NewOptions();
    private ServerEndpoint _endpoint = null!;
    private RabbitMqTransport _transport = null!;

    protected override ITransport Transport => _transport;

    public async ValueTask InitializeAsync()
    {
        _endpoint = await broker.EndpointAsync(Stop);
        _transport = await Broker.ConnectAsync(_endpoint, _options);
    }

    public ValueTask DisposeAsync() => _transport?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task Everything_of_an_item_arrives()
    {
        var item = new WorkItem("job-1", WorkPriority.Low, TraceParent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        await Transport.PublishAsync(item, Stop);
        await foreach (var delivery in Transport.ConsumeAsync([WorkKind.Video], 1, Stop))
        {
            Assert.Equal(item, delivery.Item);
            Assert.False(delivery.IsRedelivered);
            await delivery.AcknowledgeAsync(Stop);
            break;
        }
    }

    [Fact]
    public async Task The_server_keeps_what_a_consumer_has_no_slot_for()
    {
        foreach (var id in (string[])["a", "b", "c", "d", "e"]) await PublishAsync(id);
        await using var deliveries = Transport.ConsumeAsync([WorkKind.Video], 2, Stop).GetAsyncEnumerator(Stop);
        Assert.True(await deliveries.MoveNextAsync());
        var first = deliveries.Current;
        Assert.True(await deliveries.MoveNextAsync());
        var third = deliveries.MoveNextAsync().AsTask();

        // Another node gets all the rest while the third waits for its slot.
        await using var other = await Broker.ConnectAsync(_endpoint, _options);
        Assert.Equal(3, await WaitingAsync(other));
        Assert.Equal(["c", "d"], await TakeFromAsync(other, 2));
        Assert.False(third.IsCompleted);

        await first.AcknowledgeAsync(Stop);
        Assert.True(await third);
        Assert.Equal("e", deliveries.Current.Item.VideoId);
    }

    [Fact]
    public async Task Work_that_waits_for_a_node_wakes_it_without_its_asking()
    {
        await using var deliveries = Transport.ConsumeAsync([WorkKind.Video], 1, Stop).GetAsyncEnumerator(Stop);
        var next = deliveries.MoveNextAsync().AsTask();
        await using var other = await Broker.ConnectAsync(_endpoint, _options);
        await other.PublishAsync(new WorkItem("a"), Stop);
        Assert.True(await next);
        Assert.Equal("a", deliveries.Current.Item.VideoId);
    }

    [Fact]
    public async Task Two_nodes_share_the_work()
    {
        await using var other = await Broker.ConnectAsync(_endpoint, _options);
        for (var i = 0; i < 10; i++) await PublishAsync($"video-{i}");
        var taken = await Task.WhenAll(TakeFromAsync(Transport, 5), TakeFromAsync(other, 5));
        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"video-{i}"), taken.SelectMany(ids => ids).Order());
    }

    [Fact]
    public async Task An_enumeration_that_is_cancelled_ends_quietly_and_gives_all_back_in_order()
    {
        foreach (var id in (string[])["a", "b", "c"]) await PublishAsync(id);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var held = new List<IWorkDelivery>();
        await foreach (var delivery in Transport.ConsumeAsync([WorkKind.Video], 4, stop.Token))
        {
            held.Add(delivery);
            if (held.Count == 3) await stop.CancelAsync();
        }

        await held[0].AcknowledgeAsync(Stop); // too late: it went back
        Assert.Equal(["a", "b", "c"], await TakeAsync(3));
    }

    [Fact]
    public async Task A_message_that_is_no_work_goes_to_the_dead_and_holds_nobody_up()
    {
        await using (var stranger = await Broker.ConnectAsStrangerAsync(_endpoint))
        {
            await using var channel = await stranger.CreateChannelAsync(cancellationToken: Stop);
            await channel.BasicPublishAsync("", $"{_options.Prefix}.work.normal", "hello"u8.ToArray(), Stop);
        }

        await PublishAsync("a");
        Assert.Equal(["a"], await TakeAsync(1));
        var dead = Assert.Single(await Transport.DeadWorkAsync(10, Stop));
        Assert.Contains("hello", dead.Reason, StringComparison.Ordinal);
        Assert.False(dead.IsDropped);
        Assert.True(await Transport.ForgetDeadAsync(dead.Item.VideoId, Stop));
        Assert.Empty(await Transport.DeadWorkAsync(10, Stop));
    }

    [Fact]
    public async Task Work_that_takes_its_nodes_down_again_and_again_is_given_up_by_the_server()
    {
        var options = broker.NewOptions() with { DeliveryLimit = 2 };
        await using var strict = await Broker.ConnectAsync(_endpoint, options);
        await strict.PublishAsync(new WorkItem("poison"), Stop);
        for (var death = 0; death < 3; death++)
        {
            var node = await Broker.ConnectAsync(_endpoint, options);
            await using var deliveries = node.ConsumeAsync([WorkKind.Video], 1, Stop).GetAsyncEnumerator(Stop);
            Assert.True(await deliveries.MoveNextAsync());
            Assert.Equal(death > 0, deliveries.Current.IsRedelivered);
            await node.DisposeAsync();
        }

        IReadOnlyList<DeadWork> dead;
        do
        {
            dead = await strict.DeadWorkAsync(10, Stop);
        }
        while (dead.Count == 0);
        Assert.Equal(new WorkItem("poison"), Assert.Single(dead).Item);
        Assert.Contains("delivery_limit", dead[0].Reason, StringComparison.Ordinal);
        Assert.True(dead[0].IsDropped);
        Assert.Equal(1, await strict.CountDeadAsync(Stop));
        Assert.True(dead[0].At > DateTimeOffset.UtcNow.AddHours(-1));
    }

    [Fact]
    public async Task The_dead_are_listed_oldest_first_however_often_and_by_however_many()
    {
        var ids = Enumerable.Range(0, 40).Select(i => $"video-{i:00}").ToList();
        foreach (var id in ids) await PublishAsync(id);
        await foreach (var delivery in Transport.ConsumeAsync([WorkKind.Video], 1, Stop))
        {
            await delivery.BuryAsync($"reason of {delivery.Item.VideoId}", Stop);
            if (delivery.Item.VideoId == ids[^1]) break;
        }

        await using var other = await Broker.ConnectAsync(_endpoint, _options);
        Assert.Equal(ids[..2], (await other.DeadWorkAsync(2, Stop)).Select(dead => dead.Item.VideoId));
        foreach (var list in await Task.WhenAll(ListAsync(Transport), ListAsync(other), ListAsync(Transport)))
        {
            Assert.Equal(ids, list.Select(dead => dead.Item.VideoId));
            Assert.Equal("reason of video-39", list[^1].Reason);
        }

        Assert.True(await other.ForgetDeadAsync("video-01", Stop));
        Assert.Equal(["video-00", "video-02", "video-03"], (await Transport.DeadWorkAsync(3, Stop)).Select(dead => dead.Item.VideoId));
        Assert.Empty(await Transport.DeadWorkAsync(0, Stop));

        static async Task<IReadOnlyList<DeadWork>> ListAsync(ITransport transport) => await transport.DeadWorkAsync(100, Stop);
    }

    [Fact]
    public async Task A_queue_that_somebody_deletes_is_declared_anew()
    {
        await using var deliveries = Transport.ConsumeAsync([WorkKind.Video], 1, Stop).GetAsyncEnumerator(Stop);
        var next = deliveries.MoveNextAsync().AsTask();
        await using (var stranger = await Broker.ConnectAsStrangerAsync(_endpoint))
        {
            await using var channel = await stranger.CreateChannelAsync(cancellationToken: Stop);
            await channel.QueueDeleteAsync($"{_options.Prefix}.work.normal", ifUnused: false, ifEmpty: false, cancellationToken: Stop);
        }

        await PublishAsync("a");
        Assert.True(await next);
        Assert.Equal("a", deliveries.Current.Item.VideoId);
    }

    [Fact]
    public async Task Many_publishers_at_once_lose_nothing()
    {
        var ids = Enumerable.Range(0, 300).Select(i => $"video-{i:000}").ToList();
        await Task.WhenAll(ids.Select(id => PublishAsync(id).AsTask()));
        Assert.Equal(ids, (await TakeAsync(ids.Count)).Order());
    }

    [Fact]
    public async Task Publishers_that_give_up_waiting_do_not_disturb_the_others()
    {
        using var impatience = new CancellationTokenSource();
        var impatient = Enumerable.Range(0, 100).Select(i => Transport.PublishAsync(new WorkItem($"maybe-{i}"), impatience.Token).AsTask()).ToList();
        var patient = Enumerable.Range(0, 100).Select(i => PublishAsync($"surely-{i:00}").AsTask()).ToList();
        await impatience.CancelAsync();
        await Task.WhenAll(patient);
        foreach (var left in impatient)
        {
            try
            {
                await left;
            }
            catch (OperationCanceledException)
            {
                // The server may have it or not.
            }
        }

        var waiting = await WaitingAsync(Transport);
        var taken = await TakeAsync((int)waiting);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"surely-{i:00}"), taken.Where(id => id.StartsWith("surely", StringComparison.Ordinal)).Order());
    }

    [Fact]
    public async Task A_closed_transport_says_so_and_its_consumers_end()
    {
        var other = await Broker.ConnectAsync(_endpoint, _options);
        await using var deliveries = other.ConsumeAsync([WorkKind.Video], 1, Stop).GetAsyncEnumerator(Stop);
        var next = deliveries.MoveNextAsync().AsTask();
        Assert.True(other.IsConnected);
        await other.DisposeAsync();
        Assert.False(await next);
        Assert.False(other.IsConnected);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await other.PublishAsync(new WorkItem("a"), Stop));
        await other.DisposeAsync();
    }

    private static async Task<long> WaitingAsync(ITransport transport)
        => (await transport.LengthsAsync(Stop)).Where(queue => queue.Kind == WorkKind.Video).Sum(queue => queue.Waiting);

    private static async Task<List<string>> TakeFromAsync(ITransport transport, int count)
    {
        var taken = new List<string>();
        await foreach (var delivery in transport.ConsumeAsync([WorkKind.Video], 1, Stop))
        {
            taken.Add(delivery.Item.VideoId);
            await delivery.AcknowledgeAsync(Stop);
            if (taken.Count == count) break;
        }

        return taken;
    }
}
