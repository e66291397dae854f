using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.Versioning;
using Sa2VA.Cluster.Local;
using Sa2VA.Cluster.RabbitMq;
using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.Tests.RabbitMq;

/// <summary>The server goes away in the middle of the work.</summary>
[SupportedOSPlatform("linux")]
public sealed class RabbitMqRestartTests : IAsyncDisposable
{
    private readonly TemporaryServerFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_is_lost_when_the_server_is_killed_and_then_restarted_while_work_goes_on()
    {
        Assert.SkipUnless(LocalRabbitMq.IsInstalled, "RabbitMQ is not installed.");
        var server = new LocalRabbitMq(_folder.FullPath);
        await server.StartAsync(Stop);
        var options = new RabbitMqOptions { LongestRetry = TimeSpan.FromSeconds(1) };
        await using var publisher = await Broker.ConnectAsync(server.Endpoint, options);
        await using var worker = await Broker.ConnectAsync(server.Endpoint, options);
        var letters = new SemaphoreSlim(0);
        await using var binding = await worker.BindAsync("node.worker", ReceiveAsync, Stop);
        var seen = new ConcurrentDictionary<int, int>();
        using var ahead = new SemaphoreSlim(20); // the publisher must still be at it when the server goes
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var last = int.MaxValue;
        var awaited = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var awaitedCount = int.MaxValue;
        var publishing = PublishAsync();
        var working = WorkAsync();

        await ReachAsync(50);
        await server.KillAsync(Stop);
        await server.StartAsync(Stop);
        await ReachAsync(seen.Count + 50);
        await server.StopAsync(Stop);
        await server.StartAsync(Stop);
        await ReachAsync(seen.Count + 50);
        last = 0;
        ahead.Release();
        var published = await publishing;
        await ReachAsync(published);
        await enough.CancelAsync();
        await working;

        Assert.Equal(Enumerable.Range(0, published), seen.Keys.Order());
        Assert.Empty(await publisher.DeadWorkAsync(10, Stop));
        while (!await publisher.SendAsync("node.worker", "hello"u8.ToArray(), Stop)) await Task.Yield();
        await letters.WaitAsync(Stop);

        ValueTask ReceiveAsync(ReadOnlyMemory<byte> letter, CancellationToken cancellationToken)
        {
            letters.Release();
            return default;
        }

        async Task ReachAsync(int count)
        {
            awaited = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref awaitedCount, count);
            if (seen.Count < count) await awaited.Task.WaitAsync(Stop);
        }

        async Task<int> PublishAsync()
        {
            for (var i = 0; ; i++)
            {
                await ahead.WaitAsync(Stop);
                if (i >= Volatile.Read(ref last)) return i;
                await publisher.PublishAsync(new WorkItem($"{i}"), Stop);
            }
        }

        async Task WorkAsync()
        {
            var held = new Queue<IWorkDelivery>();
            await foreach (var delivery in worker.ConsumeAsync([WorkKind.Video], 4, enough.Token))
            {
                held.Enqueue(delivery);
                if (seen.TryAdd(int.Parse(delivery.Item.VideoId, CultureInfo.InvariantCulture), 0)) ahead.Release();
                if (seen.Count >= Volatile.Read(ref awaitedCount)) awaited.TrySetResult();

                // Three are always in hand, so that the server goes away under them.
                while (held.Count > 3) await held.Dequeue().AcknowledgeAsync(Stop);
            }
        }
    }

    public ValueTask DisposeAsync() => _folder.DisposeAsync();
}
