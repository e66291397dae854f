using System.CommandLine;
using Sa2VA.Cli.Chatting;
using Sa2VA.Cli.Remote;
using Sa2VA.Cluster.Client;

namespace Sa2VA.Cli.Commands;

/// <summary><c>sa2va chat</c>: with a model in this process, or with a cluster's.</summary>
internal static class ChatCommand
{
    public const string Examples = """
        sa2va chat --image photo.jpg --model models/Sa2VA-4B
        sa2va chat --video clip.mp4 --model models/Sa2VA-4B --ask "What happens here?" --ask "/mask the dog" --json
        sa2va chat --model models/Sa2VA-4B --temperature 0.7 --top-p 0.9 --seed 1
        sa2va chat --server https://gateway.example.org --source archive:2026/clip.mp4
        An answer that means something in the picture is followed by the file in which it is outlined; in a cluster jobs make the masks.
        """;

    public static Command Create()
    {
        var questions = new Option<string[]>("--ask") { HelpName = "TEXT", Description = "Asks this and ends; several are asked one after the other. Also '/mask PHRASE' and '/reset'.", Arity = ArgumentArity.OneOrMore };
        var server = new Option<string?>("--server") { HelpName = "URL", Description = $"Talk with a cluster: address of a gateway. Default: {GatewayChoice.ServerVariable}, else the profile." };
        var profile = new Option<string?>("--profile") { HelpName = "NAME", Description = "Talk with a cluster: a gateway kept by 'sa2va profile add'." };
        var source = new Option<string?>("--source") { HelpName = "NAME", Description = "Talk with a cluster: the video or picture by the name that its nodes read it by, as in jobs." };
        var conversation = new Option<string?>("--conversation") { HelpName = "ID", Description = "Go on with a conversation of a cluster." };
        var command = new Command("chat", "Talk about a video, a picture, or nothing to see; what answers mean is outlined.") { questions, server, profile, source, conversation };
        var options = ModelOptions.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            var asked = parsed.GetValue(questions) ?? [];
            var (address, name, about, id) = (parsed.GetValue(server), parsed.GetValue(profile), parsed.GetValue(source), parsed.GetValue(conversation));
            if (address is null && name is null && about is null && id is null) return ChatLoop.ExecuteAsync(options.Read(parsed, needsSource: false), asked, cancellationToken);
            if (about is not null && id is not null) throw new CliException(ExitCodes.Usage, "Give --source or --conversation, not both: a conversation knows what it is about.");
            var (model, make) = options.ReadRemote(parsed, about);
            var choice = GatewayChoice.Resolve(address, name);
            return ChatLoop.ExecuteAsync(
                async (talk, end) =>
                {
                    using var client = new Sa2vaClient(choice.Server, choice.Key.Reveal());
                    return await talk(id is null ? await ClusterPartner.BeginAsync(client, make(model ?? await OnlyModelAsync(client, end)), end) : await ClusterPartner.GoOnAsync(client, id, end));
                },
                asked, options.Json(parsed), cancellationToken);
        });
        return command;
    }

    private static async Task<string> OnlyModelAsync(Sa2vaClient client, CancellationToken stop) =>
        (await client.GetClusterAsync(stop)).Models is [var only] ? only : throw new CliException(ExitCodes.Usage, "Which model? Choose one with --model; 'sa2va nodes' lists them.");
}
