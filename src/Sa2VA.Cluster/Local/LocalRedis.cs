using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.Local;

/// <summary>
/// A Redis that has on disk what it has confirmed (<c>appendfsync always</c>), so that a kill loses nothing.
/// Its spaces are numbered databases: 0 is its own, the others are handed out by whoever asks for them.
/// </summary>
/// <param name="dataFolder">The folder of all local servers; this one's is in it.</param>
public sealed class LocalRedis(string dataFolder) : LocalServer("redis", dataFolder)
{
    /// <summary>How many databases there are.</summary>
    public const int Databases = 1024;

    private static readonly DebianProgram Server = new("redis-server", "redis-server");

    /// <summary>Whether its programs are there.</summary>
    public static bool IsInstalled => Server.Find() is not null;

    // Redis asks the default user only for the password.
    private protected override string? User => null;

    private protected override string OwnSpace => "0";

    private protected override bool HasData => false;

    private string ConfigurationFile => Path.Combine(Folder, "redis.conf");

    /// <inheritdoc/>
    /// <param name="name">The number of a database. Whoever hands them out sees to it that nobody else uses it.</param>
    public override Task<ServerEndpoint> CreateSpaceAsync(string name, CancellationToken cancellationToken) =>
        int.TryParse(name, CultureInfo.InvariantCulture, out var number) && number is >= 0 and < Databases
            ? Task.FromResult(Endpoint with { Space = name })
            : throw new LocalServerException($"Redis has the databases 0 to {Databases - 1}, and '{name}' is none of them.");

    private protected override void RequirePrograms() => Server.Require();

    private protected override Task PrepareAsync(CancellationToken cancellationToken)
    {
        // A configuration file rather than arguments: those are there for every user of the machine to read.
        OwnerFile.Write(ConfigurationFile, $"""
            bind {string.Join(' ', Addresses)}
            port {Endpoint.Port}
            requirepass {Endpoint.Password!.Reveal()}
            dir "{Folder}"
            databases {Databases}
            appendonly yes
            appendfsync always
            save ""
            daemonize no
            """ + "\n");
        return Task.CompletedTask;
    }

    private protected override LaunchOrder Order() => new() { Command = [Server.Require(), ConfigurationFile], Folder = Folder };

    private protected override async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        var endpoint = Endpoint;
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(endpoint.Host, endpoint.Port, cancellationToken);
            await using var stream = client.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"AUTH {endpoint.Password!.Reveal()}\r\nPING\r\n"), cancellationToken);
            using var reader = new StreamReader(stream);
            var entered = await reader.ReadLineAsync(cancellationToken);
            if (entered is not null && entered.StartsWith("-WRONGPASS", StringComparison.Ordinal))
                throw new LocalServerException($"The Redis on port {endpoint.Port} does not take the password of '{PasswordFile}'. Was that file changed while it ran?");
            // While it reads its file it says -LOADING.
            return await reader.ReadLineAsync(cancellationToken) == "+PONG";
        }
        catch (Exception failure) when (failure is SocketException or IOException)
        {
            return false;
        }
    }
}
