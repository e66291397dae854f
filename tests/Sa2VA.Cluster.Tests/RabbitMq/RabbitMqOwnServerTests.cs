using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sa2VA.Cluster.Local;
using Sa2VA.Cluster.RabbitMq;
using Sa2VA.Cluster.Settings;
using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.Tests.RabbitMq;

/// <summary>A server with settings of its own: certificates on both sides, and no patience with consumers.</summary>
[SupportedOSPlatform("linux")]
public sealed class RabbitMqOwnServerTests : IAsyncLifetime
{
    private readonly TemporaryServerFolder _folder = new();
    private readonly int _securePort = LoopbackPort.Choose();
    private LocalRabbitMq _server = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(LocalRabbitMq.IsInstalled, "RabbitMQ is not installed.");
        _server = new LocalRabbitMq(_folder.FullPath);
        Directory.CreateDirectory(_server.Folder);
        WriteCertificates();
        await File.WriteAllTextAsync(
            Path.Combine(_server.Folder, "advanced.config"),
            $$"""
            [{rabbit, [
              {consumer_timeout, 300}, {channel_tick_interval, 100},
              {ssl_listeners, [{"127.0.0.1", {{_securePort}}}]},
              {ssl_options, [{cacertfile, "{{Pem("ca")}}"}, {certfile, "{{Pem("server")}}"}, {keyfile, "{{Pem("server-key")}}"}, {verify, verify_peer}, {fail_if_no_peer_cert, true}]}
            ]}].
            """,
            Stop);
        await _server.StartAsync(Stop);
    }

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    [Fact]
    public async Task It_is_used_over_TLS_and_work_that_is_held_for_too_long_goes_to_another()
    {
        var tls = new TlsOptions { AuthorityFile = Pem("ca"), CertificateFile = Pem("client"), KeyFile = Pem("client-key"), ServerName = "broker.example" };
        var endpoint = _server.Endpoint with { Port = _securePort, Tls = tls };
        var options = new RabbitMqOptions();
        await using (var slow = await Broker.ConnectAsync(endpoint, options))
        await using (var other = await Broker.ConnectAsync(endpoint, options))
        {
            await slow.PublishAsync(new WorkItem("a"), Stop);
            await using var slowly = slow.ConsumeAsync([WorkKind.Video], 1, Stop).GetAsyncEnumerator(Stop);
            Assert.True(await slowly.MoveNextAsync());
            var held = slowly.Current;
            await foreach (var delivery in other.ConsumeAsync([WorkKind.Video], 1, Stop))
            {
                Assert.True(delivery.IsRedelivered);
                await delivery.AcknowledgeAsync(Stop);
                break;
            }

            // The slow one finds its delivery void, and goes on.
            await held.ReturnAsync(Stop);
            await slow.PublishAsync(new WorkItem("b"), Stop);
            Assert.True(await slowly.MoveNextAsync());
            Assert.Equal("b", slowly.Current.Item.VideoId);
        }

        await RefusedAsync(endpoint with { Tls = tls with { ServerName = null } }); // the certificate has another name
        await RefusedAsync(endpoint with { Tls = tls with { AuthorityFile = null } }); // signed by nobody whom the system knows

        async Task RefusedAsync(ServerEndpoint wrong)
        {
            var failure = await Assert.ThrowsAsync<SettingsException>(() => Broker.ConnectAsync(wrong, options));
            Assert.Contains($"127.0.0.1:{_securePort}", failure.Message, StringComparison.Ordinal);
            Assert.Contains("TLS", failure.Message, StringComparison.Ordinal);
        }
    }

    private string Pem(string name) => Path.Combine(_server.Folder, $"{name}.pem");

    private void WriteCertificates()
    {
        var (from, to) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test authority", authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        using var authority = request.CreateSelfSigned(from, to);
        File.WriteAllText(Pem("ca"), authority.ExportCertificatePem());
        foreach (var (name, host) in (ReadOnlySpan<(string, string)>)[("server", "broker.example"), ("client", "node.example")])
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var signing = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(host);
            signing.CertificateExtensions.Add(names.Build());
            using var certificate = signing.Create(authority, from, to, RandomNumberGenerator.GetBytes(8));
            File.WriteAllText(Pem(name), certificate.ExportCertificatePem());
            File.WriteAllText(Pem($"{name}-key"), key.ExportPkcs8PrivateKeyPem());
        }
    }
}
