using Sa2VA.Cluster.Redis;
using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.Tests.Redis;

public sealed class RedisTlsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Masks_go_over_an_encrypted_connection_with_certificates_on_both_sides()
    {
        using var server = TlsRedis.Start();
        await using var connection = await RedisConnection.OpenAsync(server.Endpoint, cancellationToken: Stop);
        var store = new RedisResultStore(connection);
        await store.ClaimAsync("v", 1, Stop);
        var block = new MaskBlock(1, 0, 2, 2, [new BlockMask(0, 0, 0, 1, 1, "4")]);
        await store.WriteBlockAsync("v", 1, block, Stop);
        Assert.Equal(block.Masks, (await store.ReadBlockAsync("v", 1, 0, Stop))!.Masks);
    }

    [Fact]
    public async Task A_server_that_is_signed_by_somebody_else_is_refused()
    {
        using var server = TlsRedis.Start();
        await ReachableAsync(server);
        var failure = await RefusedAsync(server.Endpoint with { Tls = server.Endpoint.Tls! with { AuthorityFile = server.File("stranger.pem") } });
        Assert.Contains("Redis:Tls", failure.Message, StringComparison.Ordinal);
        await RefusedAsync(server.Endpoint with { Tls = server.Endpoint.Tls! with { AuthorityFile = null } });
    }

    [Fact]
    public async Task A_server_of_another_name_is_refused()
    {
        using var server = TlsRedis.Start();
        await ReachableAsync(server);
        var failure = await RefusedAsync(server.Endpoint with { Tls = server.Endpoint.Tls! with { ServerName = "elsewhere.test" } });
        Assert.Contains("'elsewhere.test'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_holds_no_certificate_is_named()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("ca.pem");
        var endpoint = new ServerEndpoint { Host = "localhost", Port = 1, Tls = new TlsOptions { AuthorityFile = file } };
        Assert.Contains("Redis:Tls:AuthorityFile", (await RefusedAsync(endpoint)).Message, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, "nothing", Stop);
        Assert.Contains("holds no certificate", (await RefusedAsync(endpoint)).Message, StringComparison.Ordinal);
        Assert.Contains("Redis:Tls:KeyFile", (await RefusedAsync(endpoint with { Tls = new TlsOptions { KeyFile = file } })).Message, StringComparison.Ordinal);
    }

    /// <summary>Opening waits for the server; what is refused afterwards is refused for its own reason.</summary>
    private static async Task ReachableAsync(TlsRedis server) => await (await RedisConnection.OpenAsync(server.Endpoint, cancellationToken: Stop)).DisposeAsync();

    private static async Task<SettingsException> RefusedAsync(ServerEndpoint endpoint)
        => await Assert.ThrowsAsync<SettingsException>(() => RedisConnection.OpenAsync(endpoint, cancellationToken: Stop));
}
