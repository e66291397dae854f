using Microsoft.Extensions.Logging.Abstractions;
using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Checkpoints;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Postgres;
using Sa2VA.Cluster.RabbitMq;
using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Tests.Postgres;
using Sa2VA.Cluster.Tests.RabbitMq;
using Sa2VA.Cluster.Transport;
using Sa2VA.Testing;

namespace Sa2VA.Cluster.Tests.Nodes;

/// <summary>What a real broker gives up by itself comes back, as long as a real database wants it done.</summary>
public sealed class DeadWatchTests(DatabaseFixture server, Broker broker) : IClassFixture<DatabaseFixture>, IClassFixture<Broker>, IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private RabbitMqTransport _transport = null!;
    private PostgresJobStore _jobs = null!;
    private string _job = "";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await server.EmptyAsync();
        _transport = await Broker.ConnectAsync(await broker.EndpointAsync(Stop), broker.NewOptions() with { DeliveryLimit = 1 });
        _jobs = new PostgresJobStore(server.Database);
        _job = (await _jobs.SubmitAsync(Some.Job, Some.Videos(3), Stop)).JobId;
        Assert.Equal(3, await _jobs.PumpOutboxAsync(10, _transport.PublishAsync, Stop));
    }

    [Fact]
    public async Task Work_that_the_broker_gave_up_is_queued_again_unless_it_is_over_or_given_up_by_a_node()
    {
        await DropAllAsync();
        await _jobs.BuryAsync($"{_job}-2", "too much", Stop);
        await _jobs.HoldAsync(_job, $"{_job}-3", Stop);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var watching = DeadWatch.RunAsync(Services(), enough.Token);
        await using (var deliveries = _transport.ConsumeAsync([WorkKind.Video], 3, Stop).GetAsyncEnumerator(Stop))
        {
            Assert.True(await deliveries.MoveNextAsync());
            Assert.Equal($"{_job}-1", deliveries.Current.Item.VideoId);
            await deliveries.Current.AcknowledgeAsync(Stop);
        }

        // The held one is forgotten: releasing it queues it. That of a dead video stays for a person to see.
        IReadOnlyList<DeadWork> dead;
        do
        {
            dead = await _transport.DeadWorkAsync(10, Stop);
        }
        while (dead.Count > 1);
        await enough.CancelAsync();
        await watching;
        Assert.Equal($"{_job}-2", Assert.Single(dead).Item.VideoId);
        Assert.Equal(0, (await _transport.LengthsAsync(Stop)).Sum(queue => queue.Waiting));
    }

    public async ValueTask DisposeAsync()
    {
        await _transport.DisposeAsync();
        _folder.Dispose();
    }

    private async Task DropAllAsync()
    {
        var left = 3 * 2;
        await foreach (var delivery in _transport.ConsumeAsync([WorkKind.Video], 1, Stop))
        {
            await delivery.ReturnAsync(Stop);
            if (--left == 0) break;
        }

        // The broker moves them when it has the time.
        while (await _transport.CountDeadAsync(Stop) < 3) await Task.Delay(TimeSpan.FromMilliseconds(20), Stop);
    }

    private NodeServices Services() => new()
    {
        Transport = _transport, Jobs = _jobs, Journal = new InMemoryJournal(), States = new FolderCheckpointStore(_folder.File("states")),
        Results = new FolderResultStore(_folder.File("results")), Fetch = static (_, _) => throw new InvalidOperationException("Nothing is worked on."), Log = NullLogger.Instance,
    };
}
