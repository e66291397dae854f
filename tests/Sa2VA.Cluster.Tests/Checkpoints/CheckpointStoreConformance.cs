using Sa2VA.Cluster.Checkpoints;

namespace Sa2VA.Cluster.Tests.Checkpoints;

/// <summary>What every store of checkpoints promises. A test class per adapter derives from it.</summary>
public abstract class CheckpointStoreConformance
{
    private const string Video = "job-1";
    private const string Name = "tracker-00000064.safetensors";

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>An empty store.</summary>
    protected abstract ICheckpointStore Store { get; }

    /// <summary>Takes the video over and returns the epoch that its new owner writes with.</summary>
    protected abstract Task<long> ClaimAsync(string videoId);

    [Fact]
    public async Task What_was_never_saved_is_not_there() => Assert.Null(await Store.OpenAsync(Video, Name, Stop));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1 << 20)]
    [InlineData((1 << 20) + 1)]
    [InlineData(5_000_003)]
    public async Task A_state_comes_back_with_its_bytes(int length)
    {
        var state = Bytes(length, seed: length);
        await SaveAsync(Video, Name, state);
        Assert.Equal(state, await LoadAsync(Video, Name));
    }

    [Fact]
    public async Task The_same_name_again_replaces_the_state()
    {
        await SaveAsync(Video, Name, Bytes(3_000_000, seed: 1));
        await SaveAsync(Video, Name, Bytes(10, seed: 2));
        Assert.Equal(Bytes(10, seed: 2), await LoadAsync(Video, Name));
    }

    [Fact]
    public async Task Two_names_and_two_videos_are_kept_apart()
    {
        await SaveAsync(Video, "a", Bytes(10, seed: 1));
        await SaveAsync(Video, "b", Bytes(10, seed: 2));
        await SaveAsync("job-2", "a", Bytes(10, seed: 3));
        Assert.Equal(Bytes(10, seed: 1), await LoadAsync(Video, "a"));
        Assert.Equal(Bytes(10, seed: 2), await LoadAsync(Video, "b"));
        Assert.Equal(Bytes(10, seed: 3), await LoadAsync("job-2", "a"));
    }

    [Fact]
    public async Task A_writer_that_fails_half_way_leaves_the_old_state()
    {
        var epoch = await SaveAsync(Video, Name, Bytes(10, seed: 1));
        var failure = await Assert.ThrowsAnyAsync<IOException>(() => Store.SaveAsync(Video, epoch, Name, HalfAsync, Stop));
        Assert.Contains("half way", failure.Message, StringComparison.Ordinal);
        Assert.Equal(Bytes(10, seed: 1), await LoadAsync(Video, Name));

        static async Task HalfAsync(string path)
        {
            await File.WriteAllBytesAsync(path, Bytes(5, seed: 9), Stop);
            throw new IOException("half way");
        }
    }

    [Fact]
    public async Task A_save_that_is_cancelled_while_it_writes_leaves_the_old_state()
    {
        var epoch = await SaveAsync(Video, Name, Bytes(10, seed: 1));
        using var cancelled = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.SaveAsync(Video, epoch, Name, CancellingAsync, cancelled.Token));
        Assert.Equal(Bytes(10, seed: 1), await LoadAsync(Video, Name));

        async Task CancellingAsync(string path)
        {
            await File.WriteAllBytesAsync(path, Bytes(5, seed: 9), Stop);
            await cancelled.CancelAsync();
        }
    }

    [Fact]
    public async Task Pruning_keeps_the_one_that_is_named_and_other_videos()
    {
        var epoch = await SaveAsync(Video, "a", Bytes(10, seed: 1));
        await Store.SaveAsync(Video, epoch, "b", path => File.WriteAllBytesAsync(path, Bytes(10, seed: 2), Stop), Stop);
        await SaveAsync("job-2", "a", Bytes(10, seed: 3));

        await Store.PruneAsync(Video, epoch, keep: "b", Stop);

        Assert.Null(await Store.OpenAsync(Video, "a", Stop));
        Assert.Equal(Bytes(10, seed: 2), await LoadAsync(Video, "b"));
        Assert.Equal(Bytes(10, seed: 3), await LoadAsync("job-2", "a"));
    }

    [Fact]
    public async Task Pruning_without_a_name_keeps_none()
    {
        var epoch = await SaveAsync(Video, "a", Bytes(10, seed: 1));
        await Store.PruneAsync(Video, epoch, keep: null, Stop);
        Assert.Null(await Store.OpenAsync(Video, "a", Stop));
    }

    [Fact]
    public async Task Pruning_a_video_without_states_does_nothing()
        => await Store.PruneAsync(Video, await ClaimAsync(Video), keep: null, Stop);

    [Fact]
    public async Task A_lease_that_was_disposed_of_takes_no_state_with_it()
    {
        await SaveAsync(Video, Name, Bytes(10, seed: 1));
        (await Store.OpenAsync(Video, Name, Stop))!.Dispose();
        Assert.Equal(Bytes(10, seed: 1), await LoadAsync(Video, Name));
    }

    [Theory]
    [InlineData("")]
    [InlineData("../elsewhere")]
    [InlineData("a/b")]
    [InlineData(".hidden")]
    public async Task A_name_that_could_lead_elsewhere_is_refused(string name)
    {
        var epoch = await ClaimAsync(Video);
        await Assert.ThrowsAsync<ArgumentException>(() => Store.SaveAsync(Video, epoch, name, _ => Task.CompletedTask, Stop));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.OpenAsync(Video, name, Stop));
    }

    [Fact]
    public async Task A_cancelled_token_is_honoured()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.OpenAsync(Video, Name, cancelled.Token));
    }

    protected static byte[] Bytes(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    protected async Task<byte[]?> LoadAsync(string videoId, string name)
    {
        using var lease = await Store.OpenAsync(videoId, name, Stop);
        return lease is null ? null : await File.ReadAllBytesAsync(lease.Path, Stop);
    }

    private async Task<long> SaveAsync(string videoId, string name, byte[] state)
    {
        var epoch = await ClaimAsync(videoId);
        await Store.SaveAsync(videoId, epoch, name, path => File.WriteAllBytesAsync(path, state, Stop), Stop);
        return epoch;
    }
}
