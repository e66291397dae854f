using System.CommandLine;
using Sa2VA.Cli;
using Sa2VA.Cli.Commands;

var root = new RootCommand("Sa2VA.Cluster: a video and a sentence in, masks out.")
{
    RunCommand.Create(), ChatCommand.Create(), CaptionCommand.Create(), DescribeCommand.Create(), AskCommand.Create(), ExportCommand.Create(), AnnotateCommand.Create(), EvalCommand.Create(), TrainCommand.Create(), BenchCommand.Create(), ModelsCommand.Create(), ClusterCommand.Create(), NodeCommand.Create(),
    ProfileCommand.Create(), CompletionCommand.Create(),
};
foreach (var command in RemoteCommands.Create()) root.Subcommands.Add(command);
ExampleHelp.Attach(root);

// A sentence may begin with '@': it is text, not a file of arguments.
var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
if (parsed.Errors.Count > 0)
    return Failures.Usage(parsed);

using var stop = new StopSignals();
try
{
    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, stop.Token);
}
catch (Exception failure)
{
    return Failures.Report(failure, json: args.Contains("--json", StringComparer.Ordinal), stop.IsRequested);
}
