using System.Text.Json.Nodes;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.Local;

/// <summary>
/// A RabbitMQ of one node, without plugins. Erlang's port mapper and cookie are its own too, so that it neither meets nor disturbs another
/// Erlang program on this machine. Its spaces are virtual hosts.
/// </summary>
/// <param name="dataFolder">The folder of all local servers; this one's is in it.</param>
public sealed class LocalRabbitMq(string dataFolder) : LocalServer("rabbitmq", dataFolder)
{
    // "localhost" resolves everywhere, which the name of a container or laptop does not always. Names are unique per port mapper.
    private const string NodeName = "sa2va@localhost";
    private const string LoopbackOnly = "-kernel inet_dist_use_interface {127,0,0,1}";

    // Debian's wrappers in /usr/sbin insist on the system user rabbitmq and its folders; what they wrap does not.
    private static readonly DebianProgram Server = new("rabbitmq-server", "rabbitmq-server", "/usr/lib/rabbitmq/bin");
    private static readonly DebianProgram Control = new("rabbitmqctl", "rabbitmq-server", "/usr/lib/rabbitmq/bin");
    private static readonly DebianProgram PortMapper = new("epmd", "erlang-base");

    /// <summary>Whether its programs are there.</summary>
    public static bool IsInstalled => Server.Find() is not null;

    private protected override bool HasData => Directory.Exists(Path.Combine(Folder, "mnesia"));

    private string PortMapperRecord => Path.Combine(Folder, "epmd.process");

    /// <inheritdoc/>
    public override async Task<ServerEndpoint> CreateSpaceAsync(string name, CancellationToken cancellationToken) =>
        (await CreateSpacesAsync([name], cancellationToken))[0];

    /// <summary>Several at once: every call of RabbitMQ's tool costs more than half a second.</summary>
    public async Task<IReadOnlyList<ServerEndpoint>> CreateSpacesAsync(IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var definitions = new JsonObject
        {
            ["vhosts"] = new JsonArray([.. names.Select(name => new JsonObject { ["name"] = name })]),
            ["permissions"] = new JsonArray([.. names.Select(name => new JsonObject
            {
                ["user"] = OwnName, ["vhost"] = name, ["configure"] = ".*", ["write"] = ".*", ["read"] = ".*",
            })]),
        };
        var file = Path.Combine(Folder, $"spaces-{Guid.NewGuid():N}.json");
        await File.WriteAllTextAsync(file, definitions.ToJsonString(), cancellationToken);
        try
        {
            await Tool.RunAsync(new LaunchOrder { Command = [Control.Require(), "--quiet", "import_definitions", file], Folder = Folder, Variables = Variables() }, cancellationToken);
        }
        finally
        {
            File.Delete(file);
        }

        return [.. names.Select(name => Endpoint with { Space = name })];
    }

    private protected override void RequirePrograms()
    {
        Server.Require();
        PortMapper.Require();
    }

    private protected override async Task PrepareAsync(CancellationToken cancellationToken)
    {
        EnsurePort("distribution-port");
        var cookie = Path.Combine(Folder, ".erlang.cookie");
        if (!File.Exists(cookie)) OwnerFile.Write(cookie, OwnerFile.NewPassword());
        await File.WriteAllTextAsync(Path.Combine(Folder, "enabled_plugins"), "[].\n", cancellationToken);
        // User and virtual host are made at the first start; later the data knows them.
        OwnerFile.Write(Path.Combine(Folder, "rabbitmq.conf"), $"""
            {string.Join("\n", Addresses.Select((address, i) => $"listeners.tcp.{i + 1} = {address}:{Endpoint.Port}"))}
            default_user = {OwnName}
            default_pass = {Endpoint.Password!.Reveal()}
            default_vhost = {OwnName}
            log.file = false
            log.console = true
            log.console.level = info
            """ + "\n");
        StartPortMapper();
    }

    private protected override LaunchOrder Order() => new() { Command = [Server.Require()], Folder = Folder, Variables = Variables() };

    private protected override async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        var endpoint = Endpoint;
        var factory = new ConnectionFactory
        {
            HostName = endpoint.Host, Port = endpoint.Port, UserName = endpoint.User!, Password = endpoint.Password!.Reveal(), VirtualHost = endpoint.Space!,
            AutomaticRecoveryEnabled = false,
        };
        try
        {
            await using var connection = await factory.CreateConnectionAsync(cancellationToken);
            return true;
        }
        catch (BrokerUnreachableException failure) when (failure.InnerException is AuthenticationFailureException)
        {
            throw new LocalServerException($"The RabbitMQ on port {endpoint.Port} does not take the password of '{PasswordFile}'. Was that file changed?", failure);
        }
        catch (Exception failure) when (failure is BrokerUnreachableException or OperationInterruptedException or IOException or TimeoutException or OperationCanceledException
            && !cancellationToken.IsCancellationRequested)
        {
            // Its client also speaks of cancelling when its own patience is over.
            return false;
        }
    }

    private protected override async Task AfterStopAsync()
    {
        if (DetachedProcess.Find(PortMapperRecord) is { } mapper) await mapper.KillAsync(CancellationToken.None);
    }

    /// <summary>By hand: a node that finds none starts one that is nobody's child and outlives it.</summary>
    private void StartPortMapper()
    {
        var port = EnsurePort("epmd-port");
        if (DetachedProcess.Find(PortMapperRecord) is not null) return;
        DetachedProcess.Start(
            new LaunchOrder { Command = [PortMapper.Require(), "-port", $"{port}", "-address", "127.0.0.1"], Folder = Folder },
            PortMapperRecord, Path.Combine(Folder, "epmd.log"));
    }

    private Dictionary<string, string> Variables() => new(StringComparer.Ordinal)
    {
        ["HOME"] = Folder, // the cookie's place
        ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
        ["ERL_EPMD_PORT"] = $"{EnsurePort("epmd-port")}",
        ["RABBITMQ_NODENAME"] = NodeName,
        ["RABBITMQ_DIST_PORT"] = $"{EnsurePort("distribution-port")}",
        ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = LoopbackOnly,
        ["RABBITMQ_CTL_ERL_ARGS"] = LoopbackOnly,
        ["RABBITMQ_CONF_ENV_FILE"] = Path.Combine(Folder, "rabbitmq-env.conf"), // none, so that the system's is not read
        ["RABBITMQ_CONFIG_FILE"] = Path.Combine(Folder, "rabbitmq.conf"),
        ["RABBITMQ_ADVANCED_CONFIG_FILE"] = Path.Combine(Folder, "advanced.config"),
        ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(Folder, "enabled_plugins"),
        ["RABBITMQ_MNESIA_BASE"] = Path.Combine(Folder, "mnesia"),
        ["RABBITMQ_LOG_BASE"] = Path.Combine(Folder, "log"),
        ["RABBITMQ_LOG"] = "-color",
        // Its script then becomes the server instead of waiting for it as a parent: the process that we know is the server itself.
        ["detached"] = "1",
    };
}
