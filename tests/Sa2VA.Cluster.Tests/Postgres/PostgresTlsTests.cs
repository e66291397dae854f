using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Npgsql;
using Sa2VA.Cluster.Postgres;
using Sa2VA.Cluster.Settings;
using Sa2VA.Cluster.Tests.Servers;

namespace Sa2VA.Cluster.Tests.Postgres;

/// <summary>Against the shared server, which is made to speak TLS as well; whoever does not ask for it notices nothing.</summary>
public sealed class PostgresTlsTests(ServersFixture servers) : IDisposable
{
    private const string ServerName = "db.sa2va.test";

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_certificate_is_taken_when_its_authority_and_its_name_are_right_and_only_then()
    {
        var endpoint = await servers.PostgresAsync(Stop);
        using var authority = Authority("right");
        await EnableAsync(endpoint, authority);
        var right = new TlsOptions { AuthorityFile = Write("right.pem", authority), ServerName = ServerName };

        await using (var database = await OpenAsync(endpoint with { Tls = right }))
        {
            await using var command = database.Source.CreateCommand("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
            Assert.True((bool)(await command.ExecuteScalarAsync(Stop))!);
        }

        using var other = Authority("other");
        await RefusedAsync(endpoint with { Tls = right with { AuthorityFile = Write("other.pem", other) } });
        await RefusedAsync(endpoint with { Tls = right with { ServerName = null } });
        await RefusedAsync(endpoint with { Tls = right with { ServerName = "another.sa2va.test" } });
    }

    [Fact]
    public async Task A_file_that_is_missing_is_named()
    {
        var endpoint = new ServerEndpoint { Host = "h", Port = 1, User = "u", Tls = new TlsOptions { AuthorityFile = "/nowhere/ca.pem" } };
        var refusal = await Assert.ThrowsAsync<SettingsException>(() => OpenAsync(endpoint));
        Assert.Contains("AuthorityFile is '/nowhere/ca.pem', and there is no such file", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_without_its_key_is_refused()
    {
        var endpoint = new ServerEndpoint { Host = "h", Port = 1, User = "u", Tls = new TlsOptions { CertificateFile = "/nowhere/me.pem" } };
        var refusal = await Assert.ThrowsAsync<SettingsException>(() => OpenAsync(endpoint));
        Assert.Contains("CertificateFile and KeyFile belong together", refusal.Message, StringComparison.Ordinal);
    }

    private static async Task RefusedAsync(ServerEndpoint endpoint)
    {
        var refusal = await Assert.ThrowsAsync<SettingsException>(() => OpenAsync(endpoint));
        Assert.Contains("certificate", refusal.Message, StringComparison.Ordinal);
    }

    private static Task<PostgresDatabase> OpenAsync(ServerEndpoint endpoint)
        => PostgresDatabase.OpenAsync(endpoint, new PostgresOptions { Patience = TimeSpan.Zero }, time: null, Stop);

    private static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
    }

    private string Write(string name, X509Certificate2 certificate)
    {
        File.WriteAllText(_folder.File(name), certificate.ExportCertificatePem());
        return _folder.File(name);
    }

    private static async Task EnableAsync(ServerEndpoint endpoint, X509Certificate2 authority)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={ServerName}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(ServerName);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(authority, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1), [1, 2, 3]);

        await using var database = await PostgresDatabase.OpenAsync(endpoint, options: null, time: null, Stop);
        // Written by the server's own user, to whom the key has to belong.
        await StoreAsync(database.Source, "server.crt", certificate.ExportCertificatePem());
        await StoreAsync(database.Source, "server.key", key.ExportPkcs8PrivateKeyPem());
        foreach (var sql in new[] { "ALTER SYSTEM SET ssl = on", "SELECT pg_reload_conf()" })
        {
            await using var command = database.Source.CreateCommand(sql);
            await command.ExecuteNonQueryAsync(Stop);
        }
    }

    private static async Task StoreAsync(NpgsqlDataSource source, string file, string pem)
    {
        await using var command = source.CreateCommand($"COPY (SELECT unnest(string_to_array('{pem.Trim()}', E'\\n'))) TO PROGRAM 'umask 077; cat > {file}'");
        await command.ExecuteNonQueryAsync(Stop);
    }
}
