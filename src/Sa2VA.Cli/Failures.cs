using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using System.Text.Json.Nodes;
using Sa2VA.Cluster.Annotation.Describing;
using Sa2VA.Cluster.Client;
using Sa2VA.Cluster.Exports;
using Sa2VA.Cluster.Local;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Settings;
using Sa2VA.Datasets;
using Sa2VA.Evaluation;
using Sa2VA.Media;
using Sa2VA.Models;
using Sa2VA.Tensors;
using Sa2VA.Training;

namespace Sa2VA.Cli;

/// <summary>Turns whatever went wrong into a sentence and an exit code. A stack trace is for us only: <c>SA2VA_DEBUG=1</c> shows it.</summary>
internal static class Failures
{
    private const string DebugVariable = "SA2VA_DEBUG";

    public static int Usage(ParseResult parsed)
    {
        foreach (var error in parsed.Errors)
            Console.Error.WriteLine($"sa2va: {error.Message}");
        Console.Error.WriteLine($"Try 'sa2va {PathOf(parsed.CommandResult)}--help'.");
        return ExitCodes.Usage;
    }

    public static int Report(Exception failure, bool json, bool stopRequested)
    {
        var (code, message) = failure switch
        {
            // A stop that comes before there is anything to resume.
            _ when stopRequested && failure is OperationCanceledException or RunException { Kind: RunFailureKind.Settings } && stopRequested
                => (ExitCodes.Interrupted, "Stopped before anything was done. The same command starts again."),
            CliException cli => (cli.ExitCode, cli.Message),
            DescriberException describer => (ExitCodes.Of(describer.Kind), describer.Message),
            RunException run => (ExitCodes.Of(run.Kind), run.Message),
            MediaException media => (ExitCodes.Media, media.Message),
            ModelFolderException => (ExitCodes.Model, failure.Message),
            TrainingException or SettingsException => (ExitCodes.Usage, failure.Message),
            ServerUnavailableException or LocalServerException => (ExitCodes.Server, failure.Message),
            Sa2vaException refused => (CodeOf(refused.Status), refused.Line is { } line ? $"Line {line} of the manifest: {refused.Message}" : refused.Message),
            TensorException { IsOutOfMemory: true } => (ExitCodes.Device, $"The device ran out of memory: {failure.Message} Use smaller batches, or a device with more memory."),
            ExportException or InvalidDataException => (ExitCodes.Output, failure.Message),
            DatasetException or EvaluationException => (ExitCodes.Dataset, failure.Message),
            IOException or UnauthorizedAccessException => (ExitCodes.Output, failure.Message),
            _ => (ExitCodes.Internal, $"Internal error: {failure.Message} ({failure.GetType().Name}). {DebugVariable}=1 shows where; please report it."),
        };
        Write(code, message, json);
        if (Environment.GetEnvironmentVariable(DebugVariable) == "1")
            Console.Error.WriteLine(failure);
        return code;
    }

    public static int CodeOf(HttpStatusCode? status) => status switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => ExitCodes.Access,
        null or >= HttpStatusCode.InternalServerError or HttpStatusCode.TooManyRequests => ExitCodes.Server,
        _ => ExitCodes.Usage,
    };

    /// <summary>The command with those that it is under: <c>cluster submit </c>.</summary>
    private static string PathOf(CommandResult command) => command.Parent is CommandResult parent ? $"{PathOf(parent)}{command.Command.Name} " : "";

    public static void Write(int code, string message, bool json)
    {
        if (json)
            Console.Out.WriteLine(new JsonObject { ["type"] = "error", ["kind"] = ExitCodes.Name(code), ["exitCode"] = code, ["message"] = message }.ToJsonString());
        else
            Console.Error.WriteLine($"sa2va: {message}");
    }
}
