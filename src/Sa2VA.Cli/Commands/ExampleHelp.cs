using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;

namespace Sa2VA.Cli.Commands;

/// <summary>Help that ends with examples: most people read only those.</summary>
internal sealed class ExampleHelp(HelpAction help) : SynchronousCommandLineAction
{
    private static readonly Dictionary<string, string> Examples = new(StringComparer.Ordinal)
    {
        ["run"] = RunCommand.Examples,
        ["chat"] = ChatCommand.Examples,
        ["caption"] = CaptionCommand.Examples,
        ["describe"] = DescribeCommand.Examples,
        ["ask"] = AskCommand.Examples,
        ["export"] = ExportCommand.Examples,
        ["annotate"] = AnnotateCommand.Examples,
        ["eval"] = EvalCommand.Examples,
        ["train"] = TrainCommand.Examples,
        ["models init"] = ModelsCommand.InitExamples,
        ["bench ref-shapes"] = BenchCommand.Examples,
        ["node"] = NodeCommand.Examples,
        ["cluster"] = ClusterCommand.Examples,
        ["cluster up"] = ClusterCommand.Examples,
        ["cluster submit"] = ClusterJobCommands.SubmitExamples,
        ["submit"] = RemoteCommands.SubmitExamples,
        ["results"] = RemoteCommands.ResultsExamples,
        ["profile"] = ProfileCommand.Examples,
        ["profile add"] = ProfileCommand.Examples,
        ["completion"] = CompletionCommand.Examples,
    };

    public override bool ClearsParseErrors => true;

    public static void Attach(RootCommand root)
    {
        var option = root.Options.OfType<HelpOption>().Single();
        option.Action = new ExampleHelp((HelpAction)option.Action!);
    }

    public override int Invoke(ParseResult parseResult)
    {
        var result = help.Invoke(parseResult);
        var name = parseResult.CommandResult.Command is RootCommand ? "run" : PathOf(parseResult.CommandResult);
        if (Examples.TryGetValue(name, out var text))
        {
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (var line in text.Split('\n'))
                output.WriteLine(("  " + line.TrimEnd('\r')).TrimEnd());
            output.WriteLine();
        }

        return result;
    }

    /// <summary>The command with those that it is under: <c>cluster submit</c>.</summary>
    private static string PathOf(CommandResult command) =>
        command.Parent is CommandResult { Command: not RootCommand } parent ? $"{PathOf(parent)} {command.Command.Name}" : command.Command.Name;
}
