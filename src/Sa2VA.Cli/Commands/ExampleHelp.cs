using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Sa2VA.Cli.Commands;

/// <summary>Help that ends with examples: most people read only those.</summary>
internal sealed class ExampleHelp(HelpAction help) : SynchronousCommandLineAction
{
    private static readonly Dictionary<string, string> Examples = new(StringComparer.Ordinal)
    {
        ["run"] = RunCommand.Examples,
        ["export"] = ExportCommand.Examples,
        ["eval"] = EvalCommand.Examples,
        ["train"] = TrainCommand.Examples,
        ["init"] = ModelsCommand.InitExamples,
        ["ref-shapes"] = BenchCommand.Examples,
        ["node"] = NodeCommand.Examples,
        ["cluster"] = ClusterCommand.Examples,
        ["up"] = ClusterCommand.Examples,
        ["submit"] = ClusterJobCommands.SubmitExamples,
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
        var name = parseResult.CommandResult.Command is RootCommand ? "run" : parseResult.CommandResult.Command.Name;
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
}
