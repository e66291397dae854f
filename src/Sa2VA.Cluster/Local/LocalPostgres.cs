using System.Net.Sockets;
using Npgsql;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.Local;

/// <summary>
/// A PostgreSQL of the newest installed version, or of that which made the data. It refuses to run as root; when we are root, it runs as
/// the user <c>postgres</c> of Debian's package, who has to be able to enter the folder. Its spaces are databases.
/// </summary>
/// <param name="dataFolder">The folder of all local servers; this one's is in it.</param>
public sealed class LocalPostgres(string dataFolder) : LocalServer("postgres", dataFolder)
{
    private const string SystemUser = "postgres";

    // Some thirty nodes with a small pool each.
    private const int MaxConnections = 300;

    /// <summary>Whether its programs are there.</summary>
    public static bool IsInstalled => PostgresVersion.Newest is not null;

    // It stops at once but in order, instead of waiting for its clients to leave ("fast shutdown").
    private protected override int StopSignal => Signals.Interrupt;

    private protected override bool HasData => Directory.Exists(Data);

    /// <summary>Belongs to the user that PostgreSQL runs as.</summary>
    private string Home => Path.Combine(Folder, "home");

    private string Data => Path.Combine(Home, "data");

    /// <inheritdoc/>
    public override async Task<ServerEndpoint> CreateSpaceAsync(string name, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand($"""CREATE DATABASE "{name}" """, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
        return Endpoint with { Space = name };
    }

    private protected override void RequirePrograms()
    {
        if (!IsInstalled)
            throw new LocalServerException("PostgreSQL is not installed. It comes with Debian's package postgresql: run 'scripts/setup.sh --servers', or 'apt-get install postgresql'.");
    }

    private protected override async Task PrepareAsync(CancellationToken cancellationToken)
    {
        if (!HasData) await MakeDataAsync(cancellationToken);
        if (MoreAddresses.Count > 0) AdmitNeighbours();
    }

    private async Task MakeDataAsync(CancellationToken cancellationToken)
    {
        var (temporary, password) = (Data + ".new", Path.Combine(Home, "password"));
        await MakeHomeAsync(cancellationToken);
        if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
        await Tool.RunAsync(
            new LaunchOrder { Command = ["install", .. Environment.IsPrivilegedProcess ? (string[])["-o", SystemUser] : [], "-m", "600", PasswordFile, password], Folder = Folder },
            cancellationToken);
        try
        {
            await Tool.RunAsync(AsItsUser(
                Path.Combine(PostgresVersion.Newest!.Programs, "initdb"), "--pgdata", temporary, "--username", OwnName, "--pwfile", password,
                "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C"), cancellationToken);
        }
        finally
        {
            File.Delete(password);
        }

        // Only whole data has the name that HasData looks for.
        Directory.Move(temporary, Data);
    }

    /// <summary>It lets nobody in from elsewhere than this machine unless this file says so (pg_hba.conf); the password is asked for all the same.</summary>
    private void AdmitNeighbours()
    {
        const string neighbours = "host all all samenet scram-sha-256";
        var file = Path.Combine(Data, "pg_hba.conf");
        if (!File.ReadLines(file).Contains(neighbours)) File.AppendAllText(file, neighbours + "\n");
    }

    private protected override LaunchOrder Order() => AsItsUser(
        Path.Combine(PostgresVersion.Of(Data).Programs, "postgres"), "-D", Data, "-p", $"{Endpoint.Port}",
        "-c", $"listen_addresses={string.Join(',', Addresses)}", "-c", "unix_socket_directories=", "-c", $"max_connections={MaxConnections}", "-c", "logging_collector=off");

    private protected override async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return true;
        }
        catch (PostgresException failure) when (failure.SqlState is PostgresErrorCodes.InvalidPassword)
        {
            throw new LocalServerException($"The PostgreSQL on port {Endpoint.Port} does not take the password of '{PasswordFile}'. Was that file changed?", failure);
        }
        catch (NpgsqlException failure) when (failure.IsTransient || failure.InnerException is SocketException or IOException or TimeoutException)
        {
            return false;
        }
    }

    private protected override async Task CompleteAsync(CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand("SELECT count(*) FROM pg_database WHERE datname = $1", connection) { Parameters = { new() { Value = OwnSpace } } };
        if (await command.ExecuteScalarAsync(cancellationToken) is 0L) await CreateSpaceAsync(OwnSpace, cancellationToken);
    }

    /// <summary>To the database that every PostgreSQL has.</summary>
    private string ConnectionString => new NpgsqlConnectionStringBuilder
    {
        Host = Endpoint.Host, Port = Endpoint.Port, Username = Endpoint.User, Password = Endpoint.Password!.Reveal(), Database = "postgres", Pooling = false,
    }.ConnectionString;

    private async Task MakeHomeAsync(CancellationToken cancellationToken)
    {
        await Tool.RunAsync(
            new LaunchOrder { Command = ["install", "-d", .. Environment.IsPrivilegedProcess ? (string[])["-o", SystemUser] : [], "-m", "700", Home], Folder = Folder },
            cancellationToken);
        var (code, _) = await Tool.TryRunAsync(AsItsUser("test", "-w", Home), cancellationToken);
        if (code != 0)
        {
            throw new LocalServerException(
                $"PostgreSQL does not run as root, so it is started as user {SystemUser}, who cannot get to '{Home}'. " +
                "Choose a folder that every user may pass through (below /var/lib or /tmp, not below /root), or do not run this as root.");
        }
    }

    private LaunchOrder AsItsUser(params string[] command) => new()
    {
        Command = Environment.IsPrivilegedProcess ? ["setpriv", $"--reuid={SystemUser}", $"--regid={SystemUser}", "--init-groups", .. command] : command,
        // It must be able to be there; and a HOME of root's would only confuse it.
        Folder = "/", Variables = new Dictionary<string, string>(StringComparer.Ordinal) { ["HOME"] = Home },
    };
}
