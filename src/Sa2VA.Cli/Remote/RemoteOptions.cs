using System.CommandLine;
using System.CommandLine.Parsing;
using Sa2VA.Cluster.Client;

namespace Sa2VA.Cli.Remote;

/// <summary>The options of every command that speaks to a gateway.</summary>
internal sealed class RemoteOptions
{
    private readonly Option<string?> _server = new("--server") { HelpName = "URL", Description = $"Address of a gateway. Default: {GatewayChoice.ServerVariable}, else the profile." };
    private readonly Option<string?> _profile = new("--profile") { HelpName = "NAME", Description = "A gateway kept by 'sa2va profile add'. Default: the one chosen with 'sa2va profile use'." };
    private readonly Option<bool> _json = new("--json") { Description = "One object of JSON a line, on the standard output." };

    public void AddTo(Command command)
    {
        command.Options.Add(_server);
        command.Options.Add(_profile);
        command.Options.Add(_json);
    }

    public bool Json(ParseResult parsed) => parsed.GetValue(_json);

    public string? Server(ParseResult parsed) => parsed.GetValue(_server);

    public string? Profile(ParseResult parsed) => parsed.GetValue(_profile);

    /// <summary>A client for the gateway that was named.</summary>
    public Sa2vaClient Connect(ParseResult parsed)
    {
        var choice = GatewayChoice.Resolve(Server(parsed), Profile(parsed));
        return new Sa2vaClient(choice.Server, choice.Key.Reveal());
    }
}
