using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Runs;

namespace Sa2VA.Cluster.Tests.Nodes;

public sealed class DevicePoolTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_third_video_waits_for_one_of_two_slots()
    {
        await using var pool = new DevicePool([new DeviceSettings { Device = "cpu", Slots = 2 }]);
        Assert.Equal(2, pool.Slots);
        using var first = await pool.LeaseAsync("model", objects: 1, Stop);
        var second = await pool.LeaseAsync("model", objects: 1, Stop);
        var third = pool.LeaseAsync("model", objects: 1, Stop);
        Assert.False(third.IsCompleted);
        second.Dispose();
        second.Dispose();
        using var last = await third;
        Assert.Same(first.Model, last.Model);
    }

    [Fact]
    public async Task A_video_goes_where_its_model_is_loaded_and_else_where_fewer_are_at_work()
    {
        await using var pool = new DevicePool([new DeviceSettings { Device = "cuda:0", Slots = 3 }, new DeviceSettings { Device = "cuda:1", Slots = 3 }]);
        using var a = await pool.LeaseAsync("a", objects: 1, Stop);
        using var b = await pool.LeaseAsync("b", objects: 1, Stop);
        using var b2 = await pool.LeaseAsync("b", objects: 1, Stop);
        using var a2 = await pool.LeaseAsync("a", objects: 1, Stop);
        Assert.Equal(("cuda:0", "cuda:1", "cuda:1", "cuda:0"), (a.Device, b.Device, b2.Device, a2.Device));
    }

    [Fact]
    public async Task A_video_waits_until_its_memory_is_free_and_one_that_never_fits_is_refused()
    {
        var two = 2 * DevicePool.Estimate(objects: 4);
        await using var pool = new DevicePool([new DeviceSettings { Device = "cpu", Slots = 8, MemoryMiB = two }]);
        using var first = await pool.LeaseAsync("model", objects: 4, Stop);
        var second = await pool.LeaseAsync("model", objects: 4, Stop);
        var third = pool.LeaseAsync("model", objects: 1, Stop);
        Assert.False(third.IsCompleted);
        second.Dispose();
        (await third).Dispose();
        var refused = await Assert.ThrowsAsync<RunException>(() => pool.LeaseAsync("model", objects: 1000, Stop));
        Assert.Equal(RunFailureKind.Device, refused.Kind);
        Assert.Contains("1000 object(s)", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Waiting_for_a_device_can_be_cancelled()
    {
        await using var pool = new DevicePool([new DeviceSettings { Device = "cpu" }]);
        using var first = await pool.LeaseAsync("model", objects: 1, Stop);
        using var stop = new CancellationTokenSource();
        var second = pool.LeaseAsync("model", objects: 1, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
    }
}
