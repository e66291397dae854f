using System.CommandLine;
using Sa2VA.Cli.Chatting;

namespace Sa2VA.Cli.Commands;

/// <summary><c>sa2va chat</c>.</summary>
internal static class ChatCommand
{
    public const string Examples = """
        sa2va chat --image photo.jpg --model models/Sa2VA-4B
        sa2va chat --video clip.mp4 --model models/Sa2VA-4B --ask "What happens here?" --ask "/mask the dog" --json
        sa2va chat --model models/Sa2VA-4B --temperature 0.7 --top-p 0.9 --seed 1
        An answer that means something in the picture is followed by the file in which it is outlined.
        """;

    public static Command Create()
    {
        var questions = new Option<string[]>("--ask") { HelpName = "TEXT", Description = "Asks this and ends; several are asked one after the other. Also '/mask PHRASE' and '/reset'.", Arity = ArgumentArity.OneOrMore };
        var command = new Command("chat", "Talk about a video, a picture, or nothing to see; what answers mean is outlined.") { questions };
        var options = ModelOptions.AddTo(command);
        command.SetAction((parsed, cancellationToken) => ChatLoop.ExecuteAsync(options.Read(parsed, needsSource: false), parsed.GetValue(questions) ?? [], cancellationToken));
        return command;
    }
}
