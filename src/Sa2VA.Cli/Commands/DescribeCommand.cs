using System.CommandLine;
using Sa2VA.Cli.Chatting;

namespace Sa2VA.Cli.Commands;

/// <summary><c>sa2va describe</c>.</summary>
internal static class DescribeCommand
{
    public const string Examples = """
        sa2va describe --image photo.jpg --box 40,60,200,220 --model models/Sa2VA-4B
        sa2va describe --image photo.jpg --point cup=320,180 --mask plate=plate.png --ask "Is region1 on region2?" --model models/Sa2VA-4B
        sa2va describe --video clip.mp4 --point 320,180,15 --keyframes 3 --model models/Sa2VA-4B
        Regions are numbered in this order: clicks, boxes, masks.
        """;

    public static Command Create()
    {
        var points = Many("--point", "[NAME=]x,y[,frame]", "A click on a region; as of 'sa2va run'.");
        var boxes = Many("--box", "[NAME=]x0,y0,x1,y1[,frame]", "A box around a region.");
        var masks = Many("--mask", "[NAME=]FILE[,frame]", "A PNG of the picture's size: a region is what is not black; in a palette picture each entry is a region.");
        var questions = Many("--ask", "TEXT", "A question about region1, region2, ... Default: a short description of each.");
        var command = new Command("describe", "Ask about things in a picture or a video that you show by clicks, boxes or masks.") { points, boxes, masks, questions };
        var options = ModelOptions.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            var shown = PromptSyntax.Targets([], parsed.GetValue(points) ?? [], parsed.GetValue(boxes) ?? [], parsed.GetValue(masks) ?? []);
            if (shown.Count == 0)
                throw new CliException(ExitCodes.Usage, "Nothing is shown: give at least one --point, --box or --mask. 'sa2va describe --help' shows examples.");
            return DescribeSession.ExecuteAsync(options.Read(parsed, needsSource: true), shown, parsed.GetValue(questions) ?? [], cancellationToken);
        });
        return command;
    }

    private static Option<string[]> Many(string name, string form, string description) =>
        new(name) { HelpName = form, Description = description, Arity = ArgumentArity.OneOrMore };
}
