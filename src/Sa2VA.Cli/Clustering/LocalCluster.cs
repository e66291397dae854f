using System.Text.Json.Nodes;
using Sa2VA.Cluster.Local;
using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.RabbitMq;
using Sa2VA.Cluster.Settings;
using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cli.Clustering;

/// <summary>What <c>sa2va cluster up</c>, <c>status</c> and <c>down</c> do with the cluster in a folder.</summary>
internal sealed class LocalCluster(string folder, bool json)
{
    public const int MostNodes = 64;

    // Beyond what the nodes themselves grant a drain.
    private static readonly TimeSpan DrainMargin = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan UsualGrace = TimeSpan.FromSeconds(30);

    private readonly string _folder = Path.GetFullPath(folder);

    /// <summary>Of the machine when we are root, else of the user.</summary>
    public static string DefaultFolder => Environment.IsPrivilegedProcess
        ? "/var/lib/sa2va/cluster"
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "sa2va", "cluster");

    public async Task<int> UpAsync(LocalNodeChoice choice, CancellationToken stop)
    {
        var settings = LocalNodeSettings.Read(_folder, choice);
        if (choice.Nodes > 0) settings.RequireModels();
        PassageFolder.Create(_folder);
        using var alone = FolderLock.Take(_folder, "cluster");
        if (!json) Console.Error.WriteLine($"sa2va: starting a cluster in {_folder}");
        // The nodes look for it before the gateway does.
        if (choice.Gateway) Directory.CreateDirectory(LocalGatewaySettings.UploadsIn(_folder));
        var before = new LocalServers(_folder).All.ToDictionary(server => server.Name, server => server.ProcessId);
        var servers = await LocalServers.StartAsync(_folder, stop);
        foreach (var server in servers.All) Tell(server, server.ProcessId == before[server.Name] ? "runs already" : "started");
        var node = settings.Write(servers);
        try
        {
            await StartNodesAsync(choice, node, stop);
            if (choice.Gateway) await StartGatewayAsync(settings.Content, stop);
        }
        catch
        {
            Console.Error.WriteLine($"sa2va: the servers run on; 'sa2va cluster down --folder {_folder}' stops them");
            throw;
        }

        if (!json)
        {
            Console.Out.WriteLine($"Settings: {LocalNodeSettings.FileIn(_folder)}");
            if (choice.Nodes > 0)
            {
                Console.Out.WriteLine($"Models: {string.Join(", ", node.Models.Keys)}. Videos are read from {string.Join(", ", node.Sources.Roots.Select(root => root.Path))}.");
                if (!choice.Gateway) Console.Out.WriteLine($"'sa2va cluster submit MANIFEST --model {node.Models.Keys.First()} --settings {LocalNodeSettings.FileIn(_folder)}' gives them work (docs/manifest.md).");
            }

            Console.Out.WriteLine($"'sa2va cluster down --folder {_folder}' stops it all.");
        }

        return ExitCodes.Success;
    }

    public async Task<int> StatusAsync(CancellationToken stop)
    {
        var servers = new LocalServers(_folder);
        var known = servers.All.Where(server => server.Exists).ToList();
        if (known.Count == 0)
        {
            if (!json) Console.Out.WriteLine($"There is no cluster in {_folder}; 'sa2va cluster up' makes one.");
            return ExitCodes.Server;
        }

        foreach (var server in known) Tell(server, server.ProcessId is null ? "down" : "runs");
        foreach (var process in LocalProcesses()) Tell(process, process.ProcessId is null ? "down" : "runs");
        if (servers.RabbitMq.ProcessId is not null) await TellQueuesAsync(servers.RabbitMq, stop);
        return servers.All.All(server => server.ProcessId is not null) && LocalProcesses().All(process => process.ProcessId is not null) ? ExitCodes.Success : ExitCodes.Server;
    }

    public async Task<int> DownAsync(CancellationToken stop)
    {
        if (!Directory.Exists(_folder))
        {
            if (!json) Console.Out.WriteLine($"There is no cluster in {_folder}.");
            return ExitCodes.Success;
        }

        using var alone = FolderLock.Take(_folder, "cluster");
        var patience = (ReadSettings()?.Grace ?? UsualGrace) + DrainMargin;
        await Task.WhenAll(LocalProcesses().Select(async process =>
        {
            var ran = process.ProcessId is not null;
            var drained = await process.StopAsync(patience, stop);
            if (process is LocalGateway gateway) new LocalGatewaySettings(gateway).Forget();
            Tell(process, !ran ? "was down" : drained ? "stopped" : "killed, it did not end in time");
        }));
        await Task.WhenAll(new LocalServers(_folder).All.Select(async server =>
        {
            var ran = server.ProcessId is not null;
            await server.StopAsync(stop);
            if (server.Exists) Tell(server, ran ? "stopped" : "was down");
        }));
        if (!json) Console.Out.WriteLine($"What the servers keep is in {_folder}; 'sa2va cluster up --folder {_folder}' goes on with it.");
        return ExitCodes.Success;
    }

    private async Task StartNodesAsync(LocalNodeChoice choice, NodeSettings settings, CancellationToken stop)
    {
        var wanted = Enumerable.Range(1, choice.Nodes).Select(number => new LocalNode(_folder, $"node-{number}")).ToList();
        if (wanted.Any(node => node.ProcessId is null)) NodeSettingsRules.Check(settings);
        await Task.WhenAll(wanted.Select(async node =>
            Tell(node, await node.StartAsync(Command(node.Name), stop) ? "started" : "runs already, with the settings of its start")));
        foreach (var more in LocalNode.Of(_folder).Where(node => node.ProcessId is not null && wanted.TrueForAll(one => one.Name != node.Name)))
            Tell(more, "runs already, beyond --nodes");
    }

    private async Task StartGatewayAsync(JsonObject node, CancellationToken stop)
    {
        var gateway = new LocalGateway(_folder);
        var settings = new LocalGatewaySettings(gateway);
        if (gateway.ProcessId is null) await settings.WriteAsync(node, stop);
        Tell(gateway, await gateway.StartAsync(settings.Command, stop) ? "started" : "runs already, with the settings of its start");
        settings.Remember();
        JobSession.Say(json, $"Open {settings.Address} in a browser; the key is in {settings.KeyFile}. Or: 'sa2va submit VIDEO \"the red ball\" --watch'.", new JsonObject
        {
            ["type"] = "gateway", ["address"] = settings.Address.ToString(), ["keyFile"] = settings.KeyFile,
        });
    }

    /// <summary>Nodes and gateway that were started and not stopped since.</summary>
    private List<LocalProcess> LocalProcesses() => [.. LocalNode.Of(_folder), .. new LocalGateway(_folder) is { Exists: true } gateway ? [gateway] : Array.Empty<LocalProcess>()];

    /// <summary>This very program.</summary>
    private IReadOnlyList<string> Command(string name)
    {
        var self = Environment.ProcessPath!;
        string[] program = Path.GetFileNameWithoutExtension(self) == "dotnet" ? [self, "exec", Path.Combine(AppContext.BaseDirectory, "sa2va.dll")] : [self];
        return [.. program, "node", "--settings", LocalNodeSettings.FileIn(_folder), "--name", name];
    }

    /// <summary>Null when the file is not there, or broken: neither must keep anybody from looking at the cluster or stopping it.</summary>
    private NodeSettings? ReadSettings()
    {
        try
        {
            return SettingsFile.Read<NodeSettings>(LocalNodeSettings.FileIn(_folder));
        }
        catch (SettingsException)
        {
            return null;
        }
    }

    private async Task TellQueuesAsync(LocalRabbitMq server, CancellationToken stop)
    {
        var options = new RabbitMqOptions { NodeName = $"status-{Environment.ProcessId}", Prefix = ReadSettings()?.Prefix ?? new RabbitMqOptions().Prefix };
        await using var transport = await RabbitMqTransport.ConnectAsync(server.Endpoint, options, log: null, time: null, stop);
        foreach (var queue in await transport.LengthsAsync(stop))
        {
            var lane = Lane.Of(queue.Kind, queue.Priority);
            var name = lane.Kind == WorkKind.Video ? $"work.{lane.Name}" : lane.Name;
            JobSession.Say(json, $"{name,-13}  {queue.Waiting} waiting", new JsonObject { ["type"] = "queue", ["name"] = name, ["waiting"] = queue.Waiting });
        }
    }

    private void Tell(LocalServer server, string state) => JobSession.Say(json,
        $"{server.Name,-10}  {(server.ProcessId is { } id ? $"pid {id}" : "-"),-11}  {server.Endpoint}  {state}; log: {server.LogFile}",
        new JsonObject
        {
            ["type"] = "server", ["name"] = server.Name, ["state"] = state, ["pid"] = server.ProcessId, ["host"] = server.Endpoint.Host, ["port"] = server.Endpoint.Port,
            ["passwordFile"] = server.PasswordFile, ["log"] = server.LogFile,
        });

    private void Tell(LocalProcess node, string state) => JobSession.Say(json,
        $"{node.Name,-10}  {(node.ProcessId is { } id ? $"pid {id}" : "-"),-11}  {state}; log: {node.LogFile}",
        new JsonObject { ["type"] = node is LocalNode ? "node" : "gateway", ["name"] = node.Name, ["state"] = state, ["pid"] = node.ProcessId, ["log"] = node.LogFile });
}
