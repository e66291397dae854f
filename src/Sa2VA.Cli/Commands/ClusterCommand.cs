using System.CommandLine;
using Sa2VA.Cli.Clustering;

namespace Sa2VA.Cli.Commands;

/// <summary><c>sa2va cluster</c>: a cluster on this machine (up, status, down), and the jobs of any cluster.</summary>
internal sealed class ClusterCommand
{
    public const string Examples = """
        sa2va cluster up --nodes 2 --model nano=models/sa2va-nano --folder out/cluster
        sa2va cluster up --gateway --model nano=models/sa2va-nano --videos samples
        sa2va cluster up --nodes 0
        sa2va cluster status --folder out/cluster
        sa2va cluster submit videos.jsonl --model nano --settings out/cluster/node.json
        sa2va cluster down --folder out/cluster
        """;

    private readonly Option<string> _folder = new("--folder", "-f")
    {
        HelpName = "DIR", Description = "Everything that the cluster keeps.", DefaultValueFactory = _ => LocalCluster.DefaultFolder,
    };

    private readonly Option<bool> _json = new("--json") { Description = "One object of JSON a line." };

    public static Command Create()
    {
        var cluster = new ClusterCommand();
        var command = new Command("cluster", "Run a cluster on this machine; submit jobs to any cluster and look after them.") { cluster.Up(), cluster.Status(), cluster.Down() };
        foreach (var job in ClusterJobCommands.Create()) command.Add(job);
        return command;
    }

    private Command Up()
    {
        var nodes = new Option<int>("--nodes", "-n") { HelpName = "N", Description = "How many nodes should run; 0 for the servers only.", DefaultValueFactory = _ => 1 };
        var models = new Option<string[]>("--model", "-m")
        {
            HelpName = "[NAME=]DIR", Description = "A model's folder and the name that jobs use, by default the folder's own; may be repeated. Default: $SA2VA_MODEL.",
        };
        var devices = new Option<string[]>("--device", "-d") { HelpName = "NAME", Description = "What every node computes on: cpu, cuda or cuda:N; may be repeated. Default: cpu." };
        var slots = new Option<int?>("--slots") { HelpName = "N", Description = "Videos at the same time on each device. Default: 1." };
        var videos = new Option<string[]>("--videos") { HelpName = "DIR", Description = "A folder that videos may be read from; may be repeated. Default: the current folder." };
        var gateway = new Option<bool>("--gateway", "-g") { Description = "Also start a gateway: the dashboard in a browser, and 'sa2va submit', 'watch' and their kin." };
        nodes.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var n) && n is < 0 or > LocalCluster.MostNodes)
                result.AddError($"--nodes may be 0 to {LocalCluster.MostNodes}, not {n}.");
        });
        var command = new Command("up", "Start PostgreSQL, RabbitMQ, Redis and nodes on this machine, and leave them running. What runs already is left as it is.")
        {
            _folder, nodes, models, devices, slots, videos, gateway, _json,
        };
        command.SetAction((parsed, stop) => new LocalCluster(parsed.GetValue(_folder)!, parsed.GetValue(_json)).UpAsync(
            new LocalNodeChoice
            {
                Nodes = parsed.GetValue(nodes), Models = parsed.GetValue(models) ?? [], Devices = parsed.GetValue(devices) ?? [], Slots = parsed.GetValue(slots),
                Videos = parsed.GetValue(videos) ?? [], Gateway = parsed.GetValue(gateway),
            },
            stop));
        return command;
    }

    private Command Status()
    {
        var command = new Command("status", "Say what of the cluster on this machine runs, where it is, and how much work waits. Ends with 9 when something is down.") { _folder, _json };
        command.SetAction((parsed, stop) => new LocalCluster(parsed.GetValue(_folder)!, parsed.GetValue(_json)).StatusAsync(stop));
        return command;
    }

    private Command Down()
    {
        var command = new Command("down", "Stop the cluster on this machine: nodes hand over what they work on, then the servers end. What they keep stays.") { _folder, _json };
        command.SetAction((parsed, stop) => new LocalCluster(parsed.GetValue(_folder)!, parsed.GetValue(_json)).DownAsync(stop));
        return command;
    }
}
