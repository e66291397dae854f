using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.Redis;

/// <summary>The certificates of an encrypted connection: which authority is believed, and what we show.</summary>
internal sealed class RedisTls : IDisposable
{
    private readonly X509Certificate2Collection? _authorities;

    /// <exception cref="SettingsException">A file cannot be read or holds no certificate.</exception>
    public RedisTls(TlsOptions options, string host)
    {
        ServerName = options.ServerName ?? host;
        if (options.AuthorityFile is { } authority)
        {
            _authorities = [];
            Read("AuthorityFile", authority, () => _authorities.ImportFromPemFile(authority));
            if (_authorities.Count == 0) throw new SettingsException($"Redis:Tls:AuthorityFile '{authority}' holds no certificate in PEM form.");
        }

        if (options.CertificateFile is { } certificate)
            Read("CertificateFile", certificate, () => Own = X509Certificate2.CreateFromPemFile(certificate, options.KeyFile));
        else if (options.KeyFile is not null)
            throw new SettingsException("Redis:Tls:KeyFile is set without Redis:Tls:CertificateFile; a key proves nothing without its certificate.");
    }

    /// <summary>The name that the server's certificate must bear.</summary>
    public string ServerName { get; }

    /// <summary>What we show when the server asks; null for nothing.</summary>
    public X509Certificate2? Own { get; private set; }

    /// <summary>Whether the server is who it should be.</summary>
    public bool Accepts(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (_authorities is null || errors == SslPolicyErrors.None || certificate is null) return errors == SslPolicyErrors.None;
        // Our own authority is unknown to the system, which is the one error that may be forgiven, and only if it did sign.
        if (errors != SslPolicyErrors.RemoteCertificateChainErrors) return false;
        using var own = new X509Chain();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.AddRange(_authorities);
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        foreach (var element in chain?.ChainElements ?? Enumerable.Empty<X509ChainElement>()) own.ChainPolicy.ExtraStore.Add(element.Certificate);
        using var server = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        return own.Build(server);
    }

    public void Dispose()
    {
        Own?.Dispose();
        foreach (var authority in _authorities ?? []) authority.Dispose();
    }

    private static void Read(string setting, string file, Action read)
    {
        try
        {
            read();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new SettingsException($"Redis:Tls:{setting} '{file}' cannot be used: {failure.Message}", failure);
        }
    }
}
