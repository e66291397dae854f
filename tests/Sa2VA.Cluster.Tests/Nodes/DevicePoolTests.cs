using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Tests.Runs;
using Sa2VA.Cluster.Tests.Videos;
using Sa2VA.Cluster.Videos;

namespace Sa2VA.Cluster.Tests.Nodes;

public sealed class DevicePoolTests(RunSamples samples)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_third_video_waits_for_one_of_two_slots()
    {
        await using var pool = Pool(new DeviceSettings { Device = "cpu", Slots = 2 });
        Assert.Equal(2, pool.Slots);
        using var first = await pool.LeaseAsync("video", "model", objects: 1, Stop);
        var second = await pool.LeaseAsync("video", "model", objects: 1, Stop);
        var third = pool.LeaseAsync("video", "model", objects: 1, Stop);
        Assert.False(third.IsCompleted);
        second.Dispose();
        second.Dispose();
        using var last = await third;
        Assert.Same(first.Model, last.Model);
    }

    [Fact]
    public async Task A_video_goes_where_its_model_is_loaded_and_else_where_fewer_are_at_work()
    {
        await using var pool = Pool(new DeviceSettings { Device = "cuda:0", Slots = 3 }, new DeviceSettings { Device = "cuda:1", Slots = 3 });
        using var a = await pool.LeaseAsync("video", "a", objects: 1, Stop);
        using var b = await pool.LeaseAsync("video", "b", objects: 1, Stop);
        using var b2 = await pool.LeaseAsync("video", "b", objects: 1, Stop);
        using var a2 = await pool.LeaseAsync("video", "a", objects: 1, Stop);
        Assert.Equal(("cuda:0", "cuda:1", "cuda:1", "cuda:0"), (a.Device, b.Device, b2.Device, a2.Device));
    }

    [Fact]
    public async Task A_video_waits_until_its_memory_is_free_and_one_that_never_fits_is_refused()
    {
        var two = 2 * DevicePool.Estimate(objects: 4);
        await using var pool = Pool(new DeviceSettings { Device = "cpu", Slots = 8, MemoryMiB = two });
        using var first = await pool.LeaseAsync("video", "model", objects: 4, Stop);
        var second = await pool.LeaseAsync("video", "model", objects: 4, Stop);
        var third = pool.LeaseAsync("video", "model", objects: 1, Stop);
        Assert.False(third.IsCompleted);
        second.Dispose();
        (await third).Dispose();
        var refused = await Assert.ThrowsAsync<RunException>(() => pool.LeaseAsync("video", "model", objects: 1000, Stop));
        Assert.Equal(RunFailureKind.Device, refused.Kind);
        Assert.Contains("1000 object(s)", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Small_videos_pass_a_large_one_for_a_while_and_then_wait_for_it()
    {
        var time = new ManualTime();
        await using var pool = Pool(time, new DeviceSettings { Device = "cpu", Slots = 8, MemoryMiB = DevicePool.Estimate(objects: 20) });
        var first = await pool.LeaseAsync("small", "model", objects: 1, Stop);
        var large = pool.LeaseAsync("large", "model", objects: 20, Stop);
        var second = await pool.LeaseAsync("small", "model", objects: 1, Stop);
        time.Advance(TimeSpan.FromMinutes(1));
        var third = pool.LeaseAsync("small", "model", objects: 1, Stop);
        first.Dispose();
        Assert.Equal((false, false), (large.IsCompleted, third.IsCompleted));
        second.Dispose();
        (await large).Dispose();
        (await third).Dispose();
    }

    [Fact]
    public async Task Small_videos_do_not_wait_for_a_large_one_where_it_will_not_fit_or_is_not_waited_for_any_more()
    {
        var time = new ManualTime();
        await using var pool = Pool(
            time,
            new DeviceSettings { Device = "cuda:0", Slots = 8, MemoryMiB = DevicePool.Estimate(objects: 20) },
            new DeviceSettings { Device = "cuda:1", Slots = 1, MemoryMiB = DevicePool.Estimate(objects: 2) });
        using var first = await pool.LeaseAsync("small", "model", objects: 1, Stop);
        using var stop = new CancellationTokenSource();
        var large = pool.LeaseAsync("large", "model", objects: 20, stop.Token);
        time.Advance(TimeSpan.FromMinutes(1));
        using var second = await pool.LeaseAsync("small", "model", objects: 1, Stop);
        Assert.Equal(("cuda:0", "cuda:1"), (first.Device, second.Device));
        var third = pool.LeaseAsync("small", "model", objects: 1, Stop);
        Assert.False(third.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => large);
        (await third).Dispose();
    }

    [Fact]
    public async Task Waiting_for_a_device_can_be_cancelled()
    {
        await using var pool = Pool(new DeviceSettings { Device = "cpu" });
        using var first = await pool.LeaseAsync("video", "model", objects: 1, Stop);
        using var stop = new CancellationTokenSource();
        var second = pool.LeaseAsync("video", "model", objects: 1, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
    }

    [Fact]
    public async Task A_video_goes_back_to_the_device_that_kept_its_tracker()
    {
        await using var model = new ModelHost(samples.Sam2Only, "cpu");
        await using var pool = Pool(new DeviceSettings { Device = "cuda:0", Slots = 2 }, new DeviceSettings { Device = "cuda:1", Slots = 2 });
        WarmVideos shelf;
        using (var busy = await pool.LeaseAsync("other", "model", objects: 1, Stop))
        using (var second = await pool.LeaseAsync("video", "another", objects: 1, Stop))
        {
            Assert.Equal("cuda:1", second.Device);
            shelf = second.Warm;
            shelf.Keep("video", await Warm.MakeAsync(model, epoch: 1));
        }

        using (var again = await pool.LeaseAsync("video", "model", objects: 1, Stop)) Assert.Equal("cuda:1", again.Device);
        Assert.Equal(1, shelf.Count);

        // Elsewhere it is of no use.
        using var third = await pool.LeaseAsync("one", "another", objects: 1, Stop);
        using var fourth = await pool.LeaseAsync("two", "another", objects: 1, Stop);
        using var moved = await pool.LeaseAsync("video", "model", objects: 1, Stop);
        Assert.Equal(("cuda:1", "cuda:1", "cuda:0"), (third.Device, fourth.Device, moved.Device));
        Assert.Equal(0, shelf.Count);
    }

    [Fact]
    public async Task What_waits_gives_its_memory_to_what_works()
    {
        await using var model = new ModelHost(samples.Sam2Only, "cpu");
        await using var pool = Pool(new DeviceSettings { Device = "cpu", Slots = 8, MemoryMiB = 2 * DevicePool.Estimate(objects: 4) });
        using var first = await pool.LeaseAsync("a", "model", objects: 4, Stop);
        first.Warm.Keep("b", await Warm.MakeAsync(model, epoch: 1));
        Assert.Equal(1, first.Warm.Count);
        using (await pool.LeaseAsync("c", "model", objects: 3, Stop)) Assert.Equal(1, first.Warm.Count);
        using (await pool.LeaseAsync("c", "model", objects: 4, Stop)) Assert.Equal(0, first.Warm.Count);
    }

    private static DevicePool Pool(params ReadOnlySpan<DeviceSettings> devices) => Pool(TimeProvider.System, devices);

    private static DevicePool Pool(TimeProvider time, params ReadOnlySpan<DeviceSettings> devices)
        => new([.. devices], static (folder, device) => new ModelHost(folder, device), TimeSpan.FromMinutes(10), time);
}
