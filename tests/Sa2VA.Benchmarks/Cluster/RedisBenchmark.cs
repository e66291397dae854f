using System.Diagnostics;
using Sa2VA.Cluster.Local;
using Sa2VA.Cluster.Redis;
using Sa2VA.Cluster.Results;
using StackExchange.Redis;

namespace Sa2VA.Benchmarks.Cluster;

/// <summary>Writing and reading masks of a 1080p video in a Redis of its own that syncs every write to the disk.</summary>
internal static class RedisBenchmark
{
    private const string Video = "benchmark-000001";

    public static async Task RunAsync(BenchmarkArguments arguments)
    {
        var count = arguments.Number("blocks", 200);
        var sample = MaskBlocks.Of(MovingDisk.Clip(1080, 1920, MaskBlock.Frames, shift: 0)).Single();
        var size = MaskBlockFormat.Encode(sample).Length;
        var folder = Directory.CreateTempSubdirectory("sa2va-benchmark-");
        var server = new LocalRedis(folder.FullName);
        await server.StartAsync(CancellationToken.None);
        try
        {
            await using var connection = await RedisConnection.OpenAsync(server.Endpoint);
            var store = new RedisResultStore(connection);
            await store.ClaimAsync(Video, 1, CancellationToken.None);
            await store.WriteBlockAsync(Video, 1, sample, CancellationToken.None);

            await MeasureAsync("written one after another", count, size, async () =>
            {
                for (var i = 0; i < count; i++) await store.WriteBlockAsync(Video, 1, sample with { Index = i }, CancellationToken.None);
            });
            await MeasureAsync("written, eight at a time", count, size, () => Parallel.ForAsync(
                0, count, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, stop) => await store.WriteBlockAsync(Video, 1, sample with { Index = i }, stop)));
            await MeasureAsync("read one after another", count, size, async () =>
            {
                for (var i = 0; i < count; i++) await store.ReadBlockAsync(Video, 1, i, CancellationToken.None);
            });
            await MeasureAsync("read by the bulk reader", count, size, async () =>
            {
                await foreach (var _ in store.ReadBlocksAsync(Video, Enumerable.Range(0, count).Select(i => new BlockAddress(1, i)))) { }
            });
            Console.WriteLine($"memory in Redis: {await MemoryAsync(server) / (double)count:F0} bytes a block of {size}");
        }
        finally
        {
            await server.StopAsync(CancellationToken.None);
            folder.Delete(recursive: true);
        }
    }

    private static async Task MeasureAsync(string what, int count, int size, Func<Task> action)
    {
        var watch = Stopwatch.StartNew();
        await action();
        var seconds = watch.Elapsed.TotalSeconds;
        Console.WriteLine($"{count} blocks of {size} bytes {what}: {count / seconds:F0} blocks/s, {count * (double)size / seconds / 1e6:F1} MB/s, {count * MaskBlock.Frames / seconds:F0} masks/s");
    }

    private static async Task<long> MemoryAsync(LocalRedis server)
    {
        var options = new ConfigurationOptions { Password = server.Endpoint.Password!.Reveal() };
        options.EndPoints.Add(server.Endpoint.Host, server.Endpoint.Port);
        using var redis = await ConnectionMultiplexer.ConnectAsync(options);
        return (long)await redis.GetDatabase().ExecuteAsync("MEMORY", "USAGE", $"sa2va:{{{Video}}}:object:1", "SAMPLES", "0");
    }
}
