using System.CommandLine;
using Sa2VA.Cli.Chatting;

namespace Sa2VA.Cli.Commands;

/// <summary><c>sa2va caption</c>.</summary>
internal static class CaptionCommand
{
    public const string Examples = """
        sa2va caption --image photo.jpg --model models/Sa2VA-4B
        sa2va caption --video clip.mp4 --model models/Sa2VA-4B --out results --json
        """;

    public static Command Create()
    {
        var command = new Command("caption", "Describe a picture or a video in a sentence or two whose phrases are outlined.");
        var options = ModelOptions.AddTo(command);
        command.SetAction((parsed, cancellationToken) => CaptionSession.ExecuteAsync(options.Read(parsed, needsSource: true), cancellationToken));
        return command;
    }
}
