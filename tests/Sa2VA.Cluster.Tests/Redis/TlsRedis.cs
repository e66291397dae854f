using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sa2VA.Cluster.Local;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.Tests.Redis;

/// <summary>A Redis that speaks TLS only and asks clients for a certificate, with an authority of its own.</summary>
internal sealed class TlsRedis : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Process _server;
    private readonly int _port;

    private TlsRedis()
    {
        using var authority = Issue("sa2va test authority", signer: null);
        Write("ca", authority);
        using (var server = Issue("redis.test", authority)) Write("server", server);
        using (var client = Issue("client", authority)) Write("client", client);
        using (var stranger = Issue("stranger", signer: null)) Write("stranger", stranger);

        _port = LoopbackPort.Choose();
        _server = Process.Start(new ProcessStartInfo("redis-server", [
            "--port", "0", "--tls-port", _port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--dir", _folder.FullPath, "--logfile", "log",
            "--tls-cert-file", File("server.pem"), "--tls-key-file", File("server.key"), "--tls-ca-cert-file", File("ca.pem"), "--tls-auth-clients", "yes"]))!;
    }

    public ServerEndpoint Endpoint => new()
    {
        Host = "127.0.0.1", Port = _port,
        Tls = new TlsOptions { AuthorityFile = File("ca.pem"), CertificateFile = File("client.pem"), KeyFile = File("client.key"), ServerName = "redis.test" },
    };

    public static TlsRedis Start()
    {
        Assert.SkipUnless(LocalRedis.IsInstalled, "Redis is not installed: run scripts/setup.sh --servers.");
        return new TlsRedis();
    }

    public string File(string name) => _folder.File(name);

    public void Dispose()
    {
        _server.Kill();
        _server.WaitForExit();
        _server.Dispose();
        _folder.Dispose();
    }

    private static X509Certificate2 Issue(string name, X509Certificate2? signer)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(signer is null, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name.Replace(' ', '-'));
        request.CertificateExtensions.Add(names.Build());
        if (signer is null) return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var issued = request.Create(signer, new DateTimeOffset(signer.NotBefore), new DateTimeOffset(signer.NotAfter), RandomNumberGenerator.GetBytes(8));
        return issued.CopyWithPrivateKey(key);
    }

    private void Write(string name, X509Certificate2 certificate)
    {
        System.IO.File.WriteAllText(File(name + ".pem"), certificate.ExportCertificatePem());
        using var key = certificate.GetECDsaPrivateKey()!;
        System.IO.File.WriteAllText(File(name + ".key"), key.ExportPkcs8PrivateKeyPem());
    }
}
