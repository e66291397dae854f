using System.Text.Json.Nodes;
using Sa2VA.Cli.Clustering;
using Sa2VA.Cli.Display;
using Sa2VA.Cli.Output;
using Sa2VA.Cli.Remote;
using Sa2VA.Cluster.Client;
using Sa2VA.Cluster.Exports;
using Sa2VA.Cluster.Exports.Sources;
using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Sources;

namespace Sa2VA.Cli.Exporting;

/// <summary>One <c>sa2va export</c>.</summary>
internal static class ExportSession
{
    public static async Task<int> ExecuteAsync(ExportArguments arguments, CancellationToken stop)
    {
        if (arguments.Job is not { } job)
            return await WriteAsync(arguments, RunFolders.ReadAsync(arguments.Runs, arguments.Video, stop), stop);
        if (arguments.Settings is { } file)
            return await ClusterClient.WithAsync(file, (cluster, settings) => FromClusterAsync(arguments, job, cluster, settings, stop), stop);
        var gateway = GatewayChoice.Resolve(arguments.Server, arguments.Profile);
        using var client = new Sa2vaClient(gateway.Server, gateway.Key.Reveal());
        if (await client.FindJobAsync(job, stop) is null) throw RemoteIds.NotThere(job);
        return await WriteAsync(arguments, new GatewayVideos(client).ReadAsync(job, arguments.Only, stop), stop);
    }

    /// <summary>Writes videos in a format and says what was written.</summary>
    public static async Task<int> WriteAsync(ExportFormat format, string folder, IAsyncEnumerable<ExportVideo> videos, bool json, CancellationToken stop)
    {
        folder = Path.GetFullPath(folder);
        OutputFolder.Prepare(folder);
        try
        {
            var summary = await RunDisplay.Create(json).ShowAsync(progress => Export.WriteAsync(format, folder, videos, new Status(progress), stop));
            Report(summary, json);
            return ExitCodes.Success;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Failures.Write(ExitCodes.Interrupted, "stopped; the same command goes on behind the last whole video", json);
            return ExitCodes.Interrupted;
        }
    }

    private static async Task<int> FromClusterAsync(ExportArguments arguments, string job, ClusterConnection cluster, NodeSettings settings, CancellationToken stop)
    {
        if (await cluster.Jobs.FindJobAsync(job, stop) is null)
            throw new CliException(ExitCodes.Usage, $"There is no job '{job}'; 'sa2va cluster jobs' lists them.");
        using var sources = new SourceFetcher(settings.Sources);
        var videos = new ClusterVideos(cluster.Jobs, cluster.Journal, cluster.Results, (source, cancel) => sources.FetchForRunAsync(source, metrics: null, cancel));
        return await WriteAsync(arguments, videos.ReadAsync(job, arguments.Only, stop), stop);
    }

    private static Task<int> WriteAsync(ExportArguments arguments, IAsyncEnumerable<ExportVideo> videos, CancellationToken stop) =>
        WriteAsync(arguments.Format, arguments.OutputFolder, videos, arguments.Json, stop);

    private static void Report(ExportSummary summary, bool json)
    {
        if (json)
        {
            Console.Out.WriteLine(new JsonObject
            {
                ["type"] = "result", ["outcome"] = "completed", ["exitCode"] = ExitCodes.Success, ["videos"] = summary.Videos, ["alreadyThere"] = summary.AlreadyThere,
                ["files"] = new JsonArray([.. summary.Paths.Select(path => (JsonNode)path)]),
            }.ToJsonString());
            return;
        }

        Console.Out.WriteLine($"{summary.Videos} video(s){(summary.AlreadyThere > 0 ? $", {summary.AlreadyThere} of them by an earlier attempt" : "")}");
        foreach (var path in summary.Paths) Console.Out.WriteLine($"  {path}");
    }

    private sealed class Status(IProgress<RunStatus> target) : IProgress<ExportProgress>
    {
        public void Report(ExportProgress value) => target.Report(new RunStatus($"Writing {value.Video}", value.FramesDone, Total: null, Start: 0));
    }
}
