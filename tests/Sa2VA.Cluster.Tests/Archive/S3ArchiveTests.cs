using Sa2VA.Cluster.Archive;
using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Settings;
using Sa2VA.Cluster.Tests.Results;

namespace Sa2VA.Cluster.Tests.Archive;

public sealed class S3ArchiveTests : ResultStoreConformance, IAsyncDisposable
{
    private readonly S3TestServer _server = new();
    private readonly S3Archive _archive;

    public S3ArchiveTests() => _archive = new S3Archive(Settings);

    protected override IResultStore Store => _archive;

    private S3ArchiveSettings Settings => new()
    {
        Bucket = S3TestServer.Bucket, ServiceUrl = _server.Url, AccessKey = S3TestServer.AccessKey, SecretKey = new Secret(S3TestServer.SecretKey), Prefix = "some/where",
    };

    public async ValueTask DisposeAsync()
    {
        _archive.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task The_check_leaves_nothing_behind()
    {
        await _archive.CheckAsync(Stop);
        Assert.Empty(_server.Objects);
        Assert.True(_server.Requests >= 4);
    }

    [Fact]
    public async Task Blocks_lie_under_the_documented_names_and_one_claim_is_kept()
    {
        for (var epoch = 1; epoch <= 9; epoch++) await _archive.ClaimAsync(Video, epoch, Stop);
        await _archive.ClaimAsync(Video, 9, Stop);
        await _archive.WriteBlockAsync(Video, 9, SomeBlock(3, 2, 5), Stop);
        Assert.Equal(["some/where/video-1/claim-000000000009", "some/where/video-1/object-0003/block-000002.e000000000009.s2mb"], _server.Objects.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(MaskBlockFormat.Encode(SomeBlock(3, 2, 5)), _server.Objects["some/where/video-1/object-0003/block-000002.e000000000009.s2mb"]);
    }

    [Fact]
    public async Task Of_many_owners_the_last_ones_block_counts()
    {
        for (var epoch = 1; epoch <= 8; epoch++)
        {
            await _archive.ClaimAsync(Video, epoch, Stop);
            await _archive.WriteBlockAsync(Video, epoch, SomeBlock(1, 0, (int)epoch), Stop);
        }

        Assert.Equal(8, (await _archive.ReadBlockAsync(Video, 1, 0, Stop))!.Masks.Count);
    }

    [Fact]
    public async Task A_damaged_block_is_named()
    {
        const string name = "some/where/video-1/object-0001/block-000000.e000000000001.s2mb";
        await _archive.ClaimAsync(Video, 1, Stop);
        await _archive.WriteBlockAsync(Video, 1, SomeBlock(1, 0, 5), Stop);
        _server.Objects[name][50] ^= 1;
        var failure = await Assert.ThrowsAsync<InvalidDataException>(() => _archive.ReadBlockAsync(Video, 1, 0, Stop));
        Assert.Contains($"'s3://masks/{name}'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bucket_that_does_not_exist_is_named()
    {
        using var archive = new S3Archive(Settings with { Bucket = "elsewhere" });
        var failure = await Assert.ThrowsAsync<SettingsException>(() => archive.CheckAsync(Stop));
        Assert.Contains("s3://elsewhere/some/where", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Archive:S3:Bucket", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(S3TestServer.AccessKey, "wrong-secret")]
    [InlineData("AKIAWRONG", S3TestServer.SecretKey)]
    public async Task A_wrong_key_is_said_and_not_shown(string key, string secret)
    {
        using var archive = new S3Archive(Settings with { AccessKey = key, SecretKey = new Secret(secret) });
        var failure = await Assert.ThrowsAsync<SettingsException>(() => archive.CheckAsync(Stop));
        Assert.Contains("Archive:S3:AccessKey", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_is_away_is_no_wrong_setting()
    {
        _server.GoAway();
        Assert.False((await Assert.ThrowsAsync<ArchiveAwayException>(() => _archive.CheckAsync(Stop))).IsRefusal);
        await _server.DisposeAsync();
        Assert.False((await Assert.ThrowsAsync<ArchiveAwayException>(() => _archive.CheckAsync(Stop))).IsRefusal);
    }

    [Fact]
    public void Settings_that_contradict_each_other_are_named()
    {
        AssertNamed(Settings with { SecretKey = null }, "Archive:S3:SecretKey");
        AssertNamed(Settings with { Bucket = "" }, "Archive:S3:Bucket");
        AssertNamed(Settings with { Prefix = "/a" }, "Archive:S3:Prefix");
        AssertNamed(Settings with { ServiceUrl = new Uri("ftp://a/") }, "Archive:S3:ServiceUrl");
        AssertNamed(Settings with { Timeout = TimeSpan.Zero }, "Archive:S3:Timeout");

        static void AssertNamed(S3ArchiveSettings settings, string name)
            => Assert.Contains(name, Assert.Throws<SettingsException>(() => new S3Archive(settings)).Message, StringComparison.Ordinal);
    }
}
