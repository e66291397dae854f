using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sa2VA.Cluster.Gateway.Security;

namespace Sa2VA.Cluster.Gateway.Tests;

[Collection(GatewayCollection.Name)]
public sealed class TlsTests(GatewayFixture fixture)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_gateway_with_a_certificate_speaks_https_and_nothing_else()
    {
        using var caller = await fixture.CallerAsync(Scope.Read);
        using var folder = new TemporaryFolder();
        using var certificate = MakeCertificate(folder);
        var app = await fixture.OpenAsync(fixture.Settings with { Listen = "https://127.0.0.1:0", Tls = new TlsSettings(folder.File("tls.crt"), folder.File("tls.key")) });
        var address = new Uri(app.Urls.Single());
        Assert.Equal("https", address.Scheme);

        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { certificate }, RevocationMode = X509RevocationMode.NoCheck };
        using var handler = new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = trust } };
        using var secure = new HttpClient(handler) { BaseAddress = address, DefaultRequestHeaders = { Authorization = caller.DefaultRequestHeaders.Authorization } };
        Assert.Equal(HttpStatusCode.OK, (await secure.GetAsync("/api/v1/cluster", Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await secure.GetAsync("/health/ready", Stop)).StatusCode);

        using var plain = new HttpClient();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => plain.GetAsync(new UriBuilder(address) { Scheme = "http" }.Uri, Stop));
        using var trusting = new HttpClient();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => trusting.GetAsync(address, Stop));
    }

    private static X509Certificate2 MakeCertificate(TemporaryFolder folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=gateway", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(folder.File("tls.crt"), certificate.ExportCertificatePem());
        File.WriteAllText(folder.File("tls.key"), key.ExportPkcs8PrivateKeyPem());
        return certificate;
    }
}
