using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RabbitMQ.Client;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.RabbitMq;

/// <summary>TLS as the client wants it. The server's name and certificate are always checked.</summary>
internal static class BrokerTls
{
    /// <exception cref="SettingsException">A certificate or key cannot be read.</exception>
    public static SslOption Of(ServerEndpoint endpoint)
    {
        if (endpoint.Tls is not { } tls) return new SslOption();
        var option = new SslOption(tls.ServerName ?? endpoint.Host, enabled: true);
        if (tls.AuthorityFile is { } authority) option.CertificateValidationCallback = TrustOnly(ReadAuthorities(authority));
        if (tls.CertificateFile is { } certificate) option.Certs = [ReadOwn(certificate, tls.KeyFile ?? certificate)];
        else if (tls.KeyFile is not null) throw new SettingsException("RabbitMq:Tls:KeyFile is set without RabbitMq:Tls:CertificateFile; a key proves nothing without its certificate.");
        return option;
    }

    private static RemoteCertificateValidationCallback TrustOnly(X509Certificate2Collection authorities) => (_, certificate, offered, errors) =>
    {
        // Only the doubt about who signed it is ours to settle: a wrong name or no certificate at all stays wrong.
        if (certificate is null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None) return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        foreach (var element in offered?.ChainElements ?? Enumerable.Empty<X509ChainElement>()) chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        using var leaf = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        return chain.Build(leaf);
    };

    private static X509Certificate2Collection ReadAuthorities(string file) => Read("AuthorityFile", file, () =>
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(file);
        return authorities.Count > 0 ? authorities : throw new CryptographicException("it holds no certificate.");
    });

    private static X509Certificate2 ReadOwn(string file, string keyFile) => Read("CertificateFile", file, () => X509Certificate2.CreateFromPemFile(file, keyFile));

    private static T Read<T>(string setting, string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new SettingsException($"RabbitMq:Tls:{setting} '{file}' cannot be read: {failure.Message} It must be in PEM form.", failure);
        }
    }
}
