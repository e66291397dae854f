using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Redis;
using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Settings;
using Sa2VA.Cluster.Tests.Results;
using Sa2VA.Cluster.Tests.Servers;
using StackExchange.Redis;

namespace Sa2VA.Cluster.Tests.Redis;

public sealed class RedisResultStoreTests(ServersFixture servers) : ResultStoreConformance, IAsyncLifetime
{
    private ServerEndpoint _endpoint = null!;
    private RedisConnection _connection = null!;
    private RedisResultStore _store = null!;

    protected override IResultStore Store => _store;

    public async ValueTask InitializeAsync()
    {
        _endpoint = await servers.RedisAsync(Stop);
        _connection = await RedisConnection.OpenAsync(_endpoint, cancellationToken: Stop);
        _store = new RedisResultStore(_connection);
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null) await _connection.DisposeAsync();
    }

    [Fact]
    public async Task The_stored_bytes_are_those_of_the_format_under_the_documented_keys()
    {
        await Store.ClaimAsync(Video, 7, Stop);
        await Store.WriteBlockAsync(Video, 7, SomeBlock(3, 2, 5), Stop);
        var bytes = await _connection.ExecuteAsync(d => d.HashGetAsync("sa2va:{video-1}:object:3", 2), Stop);
        Assert.Equal(MaskBlockFormat.Encode(SomeBlock(3, 2, 5)), (byte[])bytes!);
        Assert.Equal("7", await _connection.ExecuteAsync(d => d.HashGetAsync("sa2va:{video-1}:claim", "epoch"), Stop));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(30)]
    [InlineData(39)]
    [InlineData(40)]
    [InlineData(90)]
    public async Task A_damaged_block_is_named(int at)
    {
        await Store.ClaimAsync(Video, 1, Stop);
        await Store.WriteBlockAsync(Video, 1, SomeBlock(1, 0, 64), Stop);
        await Store.WriteBlockAsync(Video, 1, SomeBlock(1, 1, 64), Stop);
        await DamageAsync(index: 1, bytes => bytes[at] ^= 0x10);
        var failure = await Assert.ThrowsAsync<InvalidDataException>(() => Store.ReadBlockAsync(Video, 1, 1, Stop));
        Assert.Contains("'sa2va:{video-1}:object:1 1'", failure.Message, StringComparison.Ordinal);
        Assert.Equal(failure.Message, (await Assert.ThrowsAsync<InvalidDataException>(() => Store.ChainAsync(Video, 1, 2, Stop))).Message);
        Assert.NotNull(await Store.ReadBlockAsync(Video, 1, 0, Stop));
    }

    [Fact]
    public async Task A_block_in_the_place_of_another_is_noticed()
    {
        await Store.ClaimAsync(Video, 1, Stop);
        await Store.WriteBlockAsync(Video, 1, SomeBlock(1, 0, 64), Stop);
        await DamageAsync(index: 0, _ => { }, to: 4);
        var failure = await Assert.ThrowsAsync<InvalidDataException>(() => Store.ReadBlockAsync(Video, 1, 4, Stop));
        Assert.Contains("holds block 0 of object 1", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_block_is_named_by_the_chain()
    {
        await Store.ClaimAsync(Video, 1, Stop);
        await Store.WriteBlockAsync(Video, 1, SomeBlock(1, 0, 64), Stop);
        var failure = await Assert.ThrowsAsync<InvalidDataException>(() => Store.ChainAsync(Video, 1, 2, Stop));
        Assert.Contains("'sa2va:{video-1}:object:1 1' is missing", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_of_another_program_is_named()
    {
        await _connection.ExecuteAsync(d => d.StringSetAsync("sa2va:{video-1}:object:1", "theirs"), Stop);
        var failure = await Assert.ThrowsAsync<InvalidDataException>(() => Store.ReadBlockAsync(Video, 1, 0, Stop));
        Assert.Contains("use the prefix 'sa2va'", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>Twenty owners of one video, each faster or slower than the next: once a claim has returned, no older owner's write is seen again.</summary>
    [Fact]
    public async Task Under_races_no_owner_writes_after_its_successor_has_claimed()
    {
        const int owners = 20;
        var claimed = 0L;
        var accepted = new long[owners + 1];
        await Task.WhenAll(Enumerable.Range(1, owners).Select(epoch => Task.Run(() => OwnAsync(epoch), Stop)));

        Assert.Equal(owners, claimed);
        var last = await Store.ReadBlockAsync(Video, 1, 0, Stop);
        Assert.Equal(SomeBlock(1, 0, owners).Masks, last!.Masks);
        Assert.True(accepted[owners] > 0);

        async Task OwnAsync(long epoch)
        {
            await using var connection = await RedisConnection.OpenAsync(_endpoint, cancellationToken: Stop);
            var store = new RedisResultStore(connection);
            try
            {
                await store.ClaimAsync(Video, epoch, Stop);
                InterlockedMax(ref claimed, epoch);
                for (var i = 0; i < 30; i++)
                {
                    var before = Interlocked.Read(ref claimed);
                    // How many masks the block has tells who wrote it.
                    await store.WriteBlockAsync(Video, epoch, SomeBlock(1, 0, (int)epoch), Stop);
                    Assert.True(before <= epoch, $"epoch {epoch} wrote after {before} had claimed");
                    accepted[epoch]++;
                }
            }
            catch (FencedException fenced)
            {
                Assert.True(fenced.CurrentEpoch > epoch);
            }
        }
    }

    [Fact]
    public async Task A_request_that_was_held_up_on_its_way_changes_nothing()
    {
        await Store.ClaimAsync(Video, 1, Stop);
        Assert.Equal(1, await WriteRawAsync("writer-a", ticket: 5, masks: 10));
        Assert.Equal(1, await WriteRawAsync("writer-a", ticket: 5, masks: 10));
        Assert.Equal(1, await WriteRawAsync("writer-a", ticket: 6, masks: 20));
        Assert.Equal(2, await WriteRawAsync("writer-a", ticket: 5, masks: 10));
        Assert.Equal(20, (await Store.ReadBlockAsync(Video, 1, 0, Stop))!.Masks.Count);
        // Another process of the same owner counts its own tickets.
        Assert.Equal(1, await WriteRawAsync("writer-b", ticket: 1, masks: 30));
        Assert.Equal(30, (await Store.ReadBlockAsync(Video, 1, 0, Stop))!.Masks.Count);
    }

    [Fact]
    public async Task Calls_for_one_object_at_the_same_time_all_succeed()
    {
        await Store.ClaimAsync(Video, 1, Stop);
        await Task.WhenAll(Enumerable.Range(0, 40).Select(index => Task.Run(() => Store.WriteBlockAsync(Video, 1, SomeBlock(1, index, 64), Stop), Stop)));
        for (var index = 0; index < 40; index++) Assert.Equal(SomeBlock(1, index, 64).Masks, (await Store.ReadBlockAsync(Video, 1, index, Stop))!.Masks);
    }

    [Fact]
    public async Task Many_blocks_are_read_in_the_order_of_asking()
    {
        await Store.ClaimAsync(Video, 1, Stop);
        foreach (var id in (int[])[1, 2])
        {
            for (var index = 0; index < 30; index++) await Store.WriteBlockAsync(Video, 1, SomeBlock(id, index, 64), Stop);
        }

        var asked = Enumerable.Range(0, 31).SelectMany(index => (BlockAddress[])[new(1, index), new(2, index)]).ToList();
        var read = new List<MaskBlock?>();
        await foreach (var block in Store.ReadBlocksAsync(Video, asked, window: 7, Stop)) read.Add(block);
        Assert.Equal(asked.Take(60), read.Take(60).Select(b => new BlockAddress(b!.ObjectId, b.Index)));
        Assert.Equal([null, null], read.Skip(60));
    }

    [Fact]
    public async Task Masks_expire_only_when_asked_to_and_every_write_begins_the_time_anew()
    {
        string[] keys = ["sa2va:{video-1}:claim", "sa2va:{video-1}:object:1"];
        await using var connection = await RedisConnection.OpenAsync(_endpoint, new RedisOptions { MaskExpiry = TimeSpan.FromHours(1) }, cancellationToken: Stop);
        var expiring = new RedisResultStore(connection);
        await expiring.ClaimAsync(Video, 1, Stop);
        await expiring.WriteBlockAsync(Video, 1, SomeBlock(1, 0, 64), Stop);
        foreach (var key in keys) await connection.ExecuteAsync(d => d.KeyExpireAsync(key, TimeSpan.FromMinutes(1)), Stop);
        await expiring.WriteBlockAsync(Video, 1, SomeBlock(1, 1, 64), Stop);
        foreach (var key in keys) Assert.InRange((await TimeToLiveAsync(key))!.Value, TimeSpan.FromMinutes(50), TimeSpan.FromHours(1));
        foreach (var key in keys) await connection.ExecuteAsync(d => d.KeyExpireAsync(key, TimeSpan.FromMinutes(1)), Stop);
        await expiring.ClaimAsync(Video, 2, Stop);
        foreach (var key in keys) Assert.InRange((await TimeToLiveAsync(key))!.Value, TimeSpan.FromMinutes(50), TimeSpan.FromHours(1));

        await _store.WriteBlockAsync(Video, 2, SomeBlock(1, 1, 64), Stop);
        foreach (var key in keys) Assert.Null(await TimeToLiveAsync(key));
    }

    [Fact]
    public async Task Clusters_with_different_prefixes_do_not_meet()
    {
        await using var connection = await RedisConnection.OpenAsync(_endpoint, new RedisOptions { Prefix = "other" }, cancellationToken: Stop);
        var other = new RedisResultStore(connection);
        await Store.ClaimAsync(Video, 1, Stop);
        await other.ClaimAsync(Video, 9, Stop);
        await Store.WriteBlockAsync(Video, 1, SomeBlock(1, 0, 64), Stop);
        Assert.Null(await other.ReadBlockAsync(Video, 1, 0, Stop));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a:b")]
    [InlineData("{a}")]
    public async Task An_id_cannot_leave_its_keys(string id)
        => await Assert.ThrowsAsync<ArgumentException>(() => Store.ClaimAsync(id, 1, Stop));

    private static void InterlockedMax(ref long target, long value)
    {
        for (var seen = Interlocked.Read(ref target); seen < value;)
        {
            var found = Interlocked.CompareExchange(ref target, value, seen);
            if (found == seen) return;
            seen = found;
        }
    }

    private Task<TimeSpan?> TimeToLiveAsync(string key) => _connection.ExecuteAsync(d => d.KeyTimeToLiveAsync(key), Stop);

    private async Task<long> WriteRawAsync(string writer, long ticket, int masks)
    {
        RedisKey[] keys = [_connection.Keys.Claim(Video), _connection.Keys.Object(Video, 1)];
        RedisValue[] values = [1, 1, 0, MaskBlockFormat.Encode(SomeBlock(1, 0, masks)), 0, writer, ticket];
        return ((long[])(await _connection.ExecuteAsync(d => d.ScriptEvaluateAsync(RedisScripts.WriteBlock, keys, values), Stop))!)[0];
    }

    private async Task DamageAsync(int index, Action<byte[]> damage, int? to = null)
    {
        const string key = "sa2va:{video-1}:object:1";
        var bytes = (byte[])(await _connection.ExecuteAsync(d => d.HashGetAsync(key, index), Stop))!;
        damage(bytes);
        await _connection.ExecuteAsync(d => d.HashSetAsync(key, to ?? index, bytes), Stop);
    }
}
