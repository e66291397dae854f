using System.CommandLine;
using Sa2VA.Cli.Clustering;

namespace Sa2VA.Cli.Commands;

/// <summary><c>sa2va node</c>: its options.</summary>
internal sealed class NodeCommand
{
    public const string Examples = """
        sa2va node --settings config/node.json
        sa2va node --settings config/node.json --name gpu-7 --log json
        SIGTERM drains: no new work, running videos are handed over, exit 0.
        """;

    private readonly Option<string> _settings = new("--settings", "-s") { HelpName = "FILE", Description = "What the node is and where its servers are, as JSON; docs/operations.md lists the settings.", Required = true };
    private readonly Option<string?> _name = new("--name") { HelpName = "NAME", Description = "Its name among the nodes, in place of the file's." };
    private readonly Option<NodeLogFormat> _log = new("--log") { HelpName = "FORMAT", Description = "text, or json: one object a line.", DefaultValueFactory = _ => NodeLogFormat.Text };

    public static Command Create()
    {
        var node = new NodeCommand();
        var command = new Command("node", "Work for a cluster: take videos from its queue until told to stop.") { node._settings, node._name, node._log };
        command.SetAction((parsed, cancellationToken) => NodeSession.ExecuteAsync(
            parsed.GetRequiredValue(node._settings), parsed.GetValue(node._name), parsed.GetValue(node._log), cancellationToken));
        return command;
    }
}
