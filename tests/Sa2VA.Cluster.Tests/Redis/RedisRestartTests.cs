using System.Collections.Concurrent;
using System.Diagnostics;
using Sa2VA.Cluster.Redis;
using Sa2VA.Cluster.Results;

namespace Sa2VA.Cluster.Tests.Redis;

/// <summary>The server is killed, hangs, or is not there yet.</summary>
public sealed class RedisRestartTests
{
    private const int ServerAway = 2401;
    private const int ServerBack = 2402;
    private const int ConnectionReplaced = 2403;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Killing_the_server_in_the_middle_of_writing_loses_no_acknowledged_block()
    {
        const int objects = 4;
        const int blocks = 40;
        await using var server = await RedisTestServer.StartAsync(Stop);
        await using var connection = await server.ConnectAsync(Stop);
        var store = new RedisResultStore(connection);
        await store.ClaimAsync("v", 1, Stop);

        var acknowledged = new ConcurrentBag<(int Id, int Index)>();
        TaskCompletionSource first = new(), second = new();
        var writers = Task.WhenAll(Enumerable.Range(1, objects).Select(id => Task.Run(() => WriteAsync(id), Stop)));
        foreach (var moment in (Task[])[first.Task, second.Task])
        {
            await Task.WhenAny(moment, writers);
            await server.KillAsync(Stop);
            // No writer writes again what it was told is stored, so whatever of this is there after the restart was there before the kill.
            var before = acknowledged.ToArray();
            await server.BackAsync(Stop);
            await using var look = await server.ConnectAsync(Stop);
            Assert.True(before.Length >= 30);
            foreach (var (id, index) in before)
            {
                var key = look.Keys.Object("v", id);
                Assert.True(await look.ExecuteAsync(d => d.HashExistsAsync(key, index), Stop), $"block {index} of object {id} was acknowledged and is gone");
            }
        }

        await writers;
        for (var id = 1; id <= objects; id++)
        {
            for (var index = 0; index < blocks; index++) Assert.Equal(Block(id, index).Masks, (await store.ReadBlockAsync("v", id, index, Stop))!.Masks);
        }

        async Task WriteAsync(int id)
        {
            for (var index = 0; index < blocks; index++)
            {
                await store.WriteBlockAsync("v", 1, Block(id, index), Stop);
                acknowledged.Add((id, index));
                if (acknowledged.Count >= 30) first.TrySetResult();
                if (acknowledged.Count >= 90) second.TrySetResult();
            }
        }
    }

    [Fact]
    public async Task A_server_that_hangs_is_waited_for_over_a_new_connection()
    {
        var log = new LogWatch();
        await using var server = await RedisTestServer.StartAsync(Stop);
        await using var connection = await server.ConnectAsync(Stop, new RedisOptions { AnswerTimeout = TimeSpan.FromMilliseconds(300) }, log);
        var store = new RedisResultStore(connection);
        await store.ClaimAsync("v", 1, Stop);
        Signal(server.ProcessId, "STOP");
        var write = store.WriteBlockAsync("v", 1, Block(1, 0), Stop);
        await log.Saw(ConnectionReplaced, Stop);
        Assert.False(write.IsCompleted);
        Signal(server.ProcessId, "CONT");
        await write;
        Assert.Equal(Block(1, 0).Masks, (await store.ReadBlockAsync("v", 1, 0, Stop))!.Masks);
    }

    [Fact]
    public async Task A_full_server_is_waited_for_and_said_to_be_full()
    {
        var log = new LogWatch();
        await using var server = await RedisTestServer.StartAsync(Stop);
        await using var connection = await server.ConnectAsync(Stop, log: log);
        var store = new RedisResultStore(connection);
        await store.ClaimAsync("v", 1, Stop);
        await connection.ExecuteAsync(d => d.ExecuteAsync("CONFIG", "SET", "maxmemory", "1"), Stop);
        var write = store.WriteBlockAsync("v", 1, Block(1, 0), Stop);
        Assert.Contains("OOM", await log.Saw(ServerAway, Stop), StringComparison.Ordinal);
        Assert.False(write.IsCompleted);
        await connection.ExecuteAsync(d => d.ExecuteAsync("CONFIG", "SET", "maxmemory", "0"), Stop);
        await write;
        await log.Saw(ServerBack, Stop);
        Assert.NotNull(await store.ReadBlockAsync("v", 1, 0, Stop));
    }

    [Fact]
    public async Task That_the_server_goes_away_and_comes_back_is_logged()
    {
        var log = new LogWatch();
        await using var server = await RedisTestServer.StartAsync(Stop);
        await using var connection = await server.ConnectAsync(Stop, log: log);
        await server.KillAsync(Stop);
        var claim = new RedisResultStore(connection).ClaimAsync("v", 1, Stop);
        Assert.Contains($"Redis at {server.Endpoint} cannot be used", await log.Saw(ServerAway, Stop), StringComparison.Ordinal);
        await server.BackAsync(Stop);
        await claim;
        await log.Saw(ServerBack, Stop);
    }

    [Fact]
    public async Task Waiting_for_a_server_that_is_away_ends_when_cancelled()
    {
        await using var server = await RedisTestServer.StartAsync(Stop);
        await using var connection = await server.ConnectAsync(Stop);
        await server.KillAsync(Stop);
        using var impatience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var read = new RedisResultStore(connection).ReadBlockAsync("v", 1, 0, impatience.Token);
        Assert.False(read.IsCompleted);
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
    }

    [Fact]
    public async Task A_node_may_start_before_its_server()
    {
        await using var server = await RedisTestServer.StartAsync(Stop);
        var endpoint = server.Endpoint;
        await server.KillAsync(Stop);
        var opening = RedisConnection.OpenAsync(endpoint, cancellationToken: Stop);
        await server.BackAsync(Stop);
        await using var connection = await opening;
        await new RedisResultStore(connection).ClaimAsync("v", 1, Stop);
    }

    [Fact]
    public async Task Closing_ends_what_waits()
    {
        await using var server = await RedisTestServer.StartAsync(Stop);
        var connection = await server.ConnectAsync(Stop);
        await server.KillAsync(Stop);
        var read = new RedisResultStore(connection).ReadBlockAsync("v", 1, 0, Stop);
        await connection.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => read);
    }

    private static MaskBlock Block(int objectId, int index)
        => new(objectId, index, 48, 64, [.. Enumerable.Range(index * 64, 64).Select(step => new BlockMask(step, step * 512L, step / 25.0, 1.5f, 0.25f, $"{objectId}{step}P0"))]);

    private static void Signal(int process, string name)
    {
        using var kill = Process.Start("kill", ["-" + name, process.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }
}
