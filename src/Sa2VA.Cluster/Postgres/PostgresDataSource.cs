using Npgsql;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.Postgres;

/// <summary>Makes the pool of connections that the settings ask for.</summary>
internal static class PostgresDataSource
{
    /// <exception cref="SettingsException">The endpoint cannot be meant.</exception>
    public static NpgsqlDataSource Of(ServerEndpoint endpoint, PostgresOptions options)
    {
        options.Check();
        if (string.IsNullOrWhiteSpace(endpoint.Host)) throw new SettingsException("The endpoint of PostgreSQL has no host.");
        if (endpoint.Port is < 1 or > 65535) throw new SettingsException($"The port of PostgreSQL is {endpoint.Port}; it may be 1 to 65535.");
        if (string.IsNullOrWhiteSpace(endpoint.User)) throw new SettingsException($"The endpoint of PostgreSQL, {endpoint}, has no user.");
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = endpoint.Host, Port = endpoint.Port, Username = endpoint.User, Password = endpoint.Password?.Reveal(), Database = endpoint.Space,
            ApplicationName = "sa2va",
            MaxPoolSize = options.MaxConnections,
            Timeout = (int)options.ConnectTimeout.TotalSeconds, CommandTimeout = (int)options.CommandTimeout.TotalSeconds,
            // A peer that vanished without a word is noticed also while nothing is asked.
            TcpKeepAlive = true, TcpKeepAliveTime = 30, TcpKeepAliveInterval = 10,
            // Nor must what it holds be kept from others for the hours that a server waits by default for a client that was cut off.
            Options = "-c tcp_keepalives_idle=20 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=2 -c tcp_user_timeout=40000",
            // The same few statements, over and over.
            MaxAutoPrepare = 64,
            GssEncryptionMode = GssEncryptionMode.Disable,
            SslMode = SslMode.Disable,
        };
        if (endpoint.Tls is { } tls) Encrypt(settings, tls);
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        if (endpoint.Tls?.ServerName is { } name) builder.UseSslClientAuthenticationOptionsCallback(ssl => ssl.TargetHost = name);
        return builder.Build();
    }

    private static void Encrypt(NpgsqlConnectionStringBuilder settings, TlsOptions tls)
    {
        if (tls.CertificateFile is null != tls.KeyFile is null)
            throw new SettingsException("TLS to PostgreSQL: CertificateFile and KeyFile belong together; set both or neither.");
        settings.SslMode = SslMode.VerifyFull;
        settings.RootCertificate = Existing(nameof(tls.AuthorityFile), tls.AuthorityFile);
        settings.SslCertificate = Existing(nameof(tls.CertificateFile), tls.CertificateFile);
        settings.SslKey = Existing(nameof(tls.KeyFile), tls.KeyFile);
    }

    private static string? Existing(string setting, string? file) => file is null || File.Exists(file)
        ? file : throw new SettingsException($"TLS to PostgreSQL: {setting} is '{file}', and there is no such file.");
}
