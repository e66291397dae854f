using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Archive;
using Sa2VA.Cluster.Redis;
using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Settings;
using Sa2VA.Cluster.Tests.Results;
using Sa2VA.Cluster.Tests.Servers;

namespace Sa2VA.Cluster.Tests.Archive;

/// <summary>Redis as the window, an S3 bucket as the archive.</summary>
public sealed class ArchivedResultStoreTests(ServersFixture servers) : ResultStoreConformance, IAsyncLifetime
{
    private const string Key = "sa2va:{video-1}:object:1";

    private readonly S3TestServer _bucket = new();
    private S3Archive _archive = null!;
    private RedisConnection _redis = null!;
    private ArchivedResultStore _store = null!;

    protected override IResultStore Store => _store;

    public async ValueTask InitializeAsync()
    {
        _archive = new S3Archive(new S3ArchiveSettings { Bucket = S3TestServer.Bucket, ServiceUrl = _bucket.Url, AccessKey = S3TestServer.AccessKey, SecretKey = new Secret(S3TestServer.SecretKey) });
        _redis = await RedisConnection.OpenAsync(await servers.RedisAsync(Stop), new RedisOptions { MaskExpiry = TimeSpan.FromHours(1) }, cancellationToken: Stop);
        _store = await ArchivedResultStore.OpenAsync(new RedisResultStore(_redis), _archive, cancellationToken: Stop);
    }

    public async ValueTask DisposeAsync()
    {
        if (_redis is not null) await _redis.DisposeAsync();
        _archive?.Dispose();
        await _bucket.DisposeAsync();
    }

    [Fact]
    public async Task Masks_that_have_expired_are_read_from_the_archive()
    {
        await Store.ClaimAsync(Video, 1, Stop);
        for (var index = 0; index < 5; index++) await Store.WriteBlockAsync(Video, 1, SomeBlock(1, index, 64), Stop);
        await Store.WriteBlockAsync(Video, 1, SomeBlock(1, 5, 9), Stop);
        var chain = await Store.ChainAsync(Video, 1, 6, Stop);
        await ExpireAsync();

        Assert.Equal(SomeBlock(1, 5, 9).Masks, (await Store.ReadBlockAsync(Video, 1, 5, Stop))!.Masks);
        Assert.Equal(chain, await Store.ChainAsync(Video, 1, 6, Stop));
        var read = new List<int>();
        await foreach (var block in Store.ReadBlocksAsync(Video, Enumerable.Range(0, 6).Select(i => new BlockAddress(1, i)), cancellationToken: Stop)) read.Add(block!.Masks.Count);
        Assert.Equal([64, 64, 64, 64, 64, 9], read);
        Assert.Null(await Store.ReadBlockAsync(Video, 1, 6, Stop));
    }

    [Fact]
    public async Task A_video_goes_on_after_its_masks_have_expired()
    {
        await Store.ClaimAsync(Video, 1, Stop);
        await Store.WriteBlockAsync(Video, 1, SomeBlock(1, 0, 30), Stop);
        await ExpireAsync();
        await Store.ClaimAsync(Video, 2, Stop);
        Assert.Equal(30, (await Store.ReadBlockAsync(Video, 1, 0, Stop))!.Masks.Count);
        await Store.WriteBlockAsync(Video, 2, SomeBlock(1, 0, 64), Stop);
        await ExpireAsync();
        Assert.Equal(64, (await Store.ReadBlockAsync(Video, 1, 0, Stop))!.Masks.Count);
    }

    [Fact]
    public async Task A_block_that_is_damaged_in_the_window_is_read_from_the_archive()
    {
        await Store.ClaimAsync(Video, 1, Stop);
        await Store.WriteBlockAsync(Video, 1, SomeBlock(1, 0, 64), Stop);
        var chain = await Store.ChainAsync(Video, 1, 1, Stop);
        await _redis.ExecuteAsync(d => d.HashSetAsync(Key, 0, new byte[100]), Stop);
        Assert.Equal(SomeBlock(1, 0, 64).Masks, (await Store.ReadBlockAsync(Video, 1, 0, Stop))!.Masks);
        Assert.Equal(chain, await Store.ChainAsync(Video, 1, 1, Stop));

        _bucket.Objects.Clear();
        var failure = await Assert.ThrowsAsync<InvalidDataException>(() => Store.ReadBlockAsync(Video, 1, 0, Stop));
        Assert.Contains($"'{Key} 0'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_the_archive_is_away_nothing_is_acknowledged()
    {
        await Store.ClaimAsync(Video, 1, Stop);
        _bucket.GoAway();
        var write = Store.WriteBlockAsync(Video, 1, SomeBlock(1, 0, 64), Stop);
        await _bucket.TurnedAway;
        Assert.False(write.IsCompleted);
        Assert.DoesNotContain(_bucket.Objects.Keys, key => key.Contains("block", StringComparison.Ordinal));
        _bucket.ComeBack();
        await write;
        Assert.Contains(_bucket.Objects.Keys, key => key.Contains("block-000000", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Waiting_for_the_archive_ends_when_cancelled()
    {
        await Store.ClaimAsync(Video, 1, Stop);
        _bucket.GoAway();
        using var impatience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var write = Store.WriteBlockAsync(Video, 1, SomeBlock(1, 0, 64), impatience.Token);
        await _bucket.TurnedAway;
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write);
    }

    [Fact]
    public async Task A_replaced_owner_reaches_neither()
    {
        await Store.ClaimAsync(Video, 1, Stop);
        await Store.ClaimAsync(Video, 2, Stop);
        await Assert.ThrowsAsync<FencedException>(() => Store.WriteBlockAsync(Video, 1, SomeBlock(1, 0, 64), Stop));
        Assert.DoesNotContain(_bucket.Objects.Keys, key => key.Contains("block", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_archive_that_refuses_is_refused_at_the_start()
    {
        using var wrong = new S3Archive(new S3ArchiveSettings { Bucket = "elsewhere", ServiceUrl = _bucket.Url, AccessKey = S3TestServer.AccessKey, SecretKey = new Secret(S3TestServer.SecretKey) });
        await Assert.ThrowsAsync<SettingsException>(() => ArchivedResultStore.OpenAsync(new RedisResultStore(_redis), wrong, cancellationToken: Stop));
    }

    [Fact]
    public async Task A_folder_serves_as_the_archive_too()
    {
        using var folder = new TemporaryFolder();
        var store = await ArchivedResultStore.OpenAsync(new RedisResultStore(_redis), new FolderArchive(folder.File("archive")), cancellationToken: Stop);
        await store.ClaimAsync(Video, 1, Stop);
        await store.WriteBlockAsync(Video, 1, SomeBlock(1, 0, 64), Stop);
        await ExpireAsync();
        Assert.Equal(SomeBlock(1, 0, 64).Masks, (await store.ReadBlockAsync(Video, 1, 0, Stop))!.Masks);
    }

    /// <summary>Lets the time of every key run out now.</summary>
    private async Task ExpireAsync()
    {
        foreach (var key in (string[])[Key, "sa2va:{video-1}:claim"]) Assert.True(await _redis.ExecuteAsync(d => d.KeyExpireAsync(key, DateTime.UtcNow.AddSeconds(-1)), Stop));
    }
}
