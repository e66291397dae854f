using Sa2VA.Cluster.RabbitMq;
using Sa2VA.Cluster.Settings;
using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.Tests.RabbitMq;

/// <summary>A node whose cable to the server is cut.</summary>
public sealed class RabbitMqLossTests(Broker broker) : IClassFixture<Broker>, IAsyncLifetime
{
    private readonly RabbitMqOptions _options = broker.NewOptions() with { FirstRetry = TimeSpan.FromMilliseconds(10), LongestRetry = TimeSpan.FromMilliseconds(100) };
    private LoopbackProxy _cable = null!;
    private RabbitMqTransport _far = null!;
    private RabbitMqTransport _near = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var endpoint = await broker.EndpointAsync(Stop);
        _cable = new LoopbackProxy(endpoint);
        _far = await Broker.ConnectAsync(_cable.Endpoint, _options with { Heartbeat = TimeSpan.FromSeconds(1) });
        _near = await Broker.ConnectAsync(endpoint, _options);
    }

    public async ValueTask DisposeAsync()
    {
        _cable?.Cut(); // a farewell through a silent cable takes its time
        if (_far is not null) await _far.DisposeAsync();
        if (_near is not null) await _near.DisposeAsync();
        if (_cable is not null) await _cable.DisposeAsync();
    }

    [Fact]
    public async Task Its_work_goes_to_another_and_it_goes_on_when_it_is_back()
    {
        await _near.PublishAsync(new WorkItem("a"), Stop);
        await using var far = _far.ConsumeAsync([WorkKind.Video], 1, Stop).GetAsyncEnumerator(Stop);
        Assert.True(await far.MoveNextAsync());
        var lost = far.Current;

        _cable.Cut();
        await foreach (var delivery in _near.ConsumeAsync([WorkKind.Video], 1, Stop))
        {
            Assert.Equal("a", delivery.Item.VideoId);
            Assert.True(delivery.IsRedelivered);
            await lost.BuryAsync("settled by one who no longer has it", Stop);
            await delivery.AcknowledgeAsync(Stop);
            break;
        }

        Assert.Empty(await _near.DeadWorkAsync(10, Stop));
        _cable.Mend();
        await _near.PublishAsync(new WorkItem("b"), Stop);
        Assert.True(await far.MoveNextAsync());
        Assert.Equal("b", far.Current.Item.VideoId);
        Assert.False(far.Current.IsRedelivered);
    }

    [Fact]
    public async Task A_node_that_falls_silent_loses_its_work_after_some_heartbeats()
    {
        await _near.PublishAsync(new WorkItem("a"), Stop);
        await using var far = _far.ConsumeAsync([WorkKind.Video], 1, Stop).GetAsyncEnumerator(Stop);
        Assert.True(await far.MoveNextAsync());
        _cable.FallSilent();
        await foreach (var delivery in _near.ConsumeAsync([WorkKind.Video], 1, Stop))
        {
            Assert.True(delivery.IsRedelivered);
            await delivery.AcknowledgeAsync(Stop);
            break;
        }
    }

    [Fact]
    public async Task Publishing_and_mail_wait_for_the_connection_and_bindings_are_there_again_with_it()
    {
        var letters = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var binding = await _far.BindAsync("video.1", ReceiveAsync, Stop);
        _cable.Cut();
        var work = _far.PublishAsync(new WorkItem("a"), Stop).AsTask();
        var mail = _far.SendAsync("nobody", "hello"u8.ToArray(), Stop).AsTask();
        using var impatience = new CancellationTokenSource();
        var abandoned = _far.PublishAsync(new WorkItem("b"), impatience.Token).AsTask();
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => abandoned);
        await Assert.ThrowsAsync<ServerUnavailableException>(async () => await _far.LengthsAsync(Stop));
        await Assert.ThrowsAsync<ServerUnavailableException>(async () => await _far.DeadWorkAsync(1, Stop));
        Assert.False(work.IsCompleted);
        Assert.False(mail.IsCompleted);

        _cable.Mend();
        await work;
        Assert.False(await mail);
        while (!await _near.SendAsync("video.1", "hello"u8.ToArray(), Stop)) await Task.Yield(); // publishing comes back a moment before receiving
        await letters.Task;

        ValueTask ReceiveAsync(ReadOnlyMemory<byte> letter, CancellationToken cancellationToken)
        {
            letters.TrySetResult();
            return default;
        }
    }

    [Fact]
    public async Task Unbinding_while_the_connection_is_away_is_done_at_once_and_stays_done()
    {
        var binding = await _far.BindAsync("video.1", (_, _) => default, Stop);
        _cable.Cut();
        await binding.DisposeAsync();
        _cable.Mend();
        await using var other = await _far.BindAsync("video.2", (_, _) => default, Stop);
        Assert.True(await _near.SendAsync("video.2", "hello"u8.ToArray(), Stop));
        Assert.False(await _near.SendAsync("video.1", "hello"u8.ToArray(), Stop));
    }

    [Fact]
    public async Task Closing_ends_those_who_wait_for_the_connection()
    {
        _cable.Cut();
        var work = _far.PublishAsync(new WorkItem("a"), Stop).AsTask();
        await _far.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => work);
    }
}
