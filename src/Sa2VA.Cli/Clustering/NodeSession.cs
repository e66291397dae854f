using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Progress;
using Sa2VA.Cluster.Settings;
using Sa2VA.Cluster.Sources;
using Sa2VA.Cluster.Telemetry;

namespace Sa2VA.Cli.Clustering;

/// <summary>A node from its settings to its drained end.</summary>
internal static class NodeSession
{
    // Their videos are counted for the dashboard.
    private const int CountedJobs = 100;

    public static async Task<int> ExecuteAsync(string file, string? name, NodeLogFormat format, CancellationToken drain)
    {
        var settings = SettingsFile.Read<NodeSettings>(file);
        if (name is not null) settings = settings with { Name = name };
        NodeSettingsRules.Check(settings);
        NodeTrial.Run(settings);
        using var logs = LoggerFactory.Create(logging => Configure(logging, format));
        await using var telemetry = NodeTelemetry.Start(settings.Telemetry, settings.Name, logs.CreateLogger<NodeTelemetry>());
        await using var cluster = await ClusterConnection.OpenAsync(settings.Servers, settings.ToClusterOptions() with { Reconnected = telemetry.Metrics.Reconnected }, logs, drain);
        using var sources = new SourceFetcher(settings.Sources);
        await using var reporter = new ProgressReporter(cluster.Progress, log: logs.CreateLogger<ProgressReporter>());
        await using var news = new EventPublisher(cluster.Progress, cluster.Jobs.IsOverAsync, logs.CreateLogger<EventPublisher>());
        await using var node = new Node(settings, new NodeServices
        {
            Transport = cluster.Transport, Journal = new MeteredJournal(cluster.Journal, telemetry.Metrics), Jobs = cluster.Jobs, Conversations = cluster.Conversations,
            States = new MeteredCheckpointStore(cluster.States, telemetry.Metrics), Results = new MeteredResultStore(cluster.Results, telemetry.Metrics),
            Fetch = (source, stop) => sources.FetchForRunAsync(source, telemetry.Metrics, stop),
            Progress = (video, epoch) => new VideoReport(reporter, video, epoch, settings.Name, TimeProvider.System),
            News = news.Tell, Nodes = cluster.Nodes, Metrics = telemetry.Metrics, Log = logs.CreateLogger<Node>(),
        });
        await using var watch = new ClusterWatch(
            telemetry, cluster.Transport.LengthsAsync, stop => cluster.Jobs.ListJobsAsync(before: null, CountedJobs, stop), () => (node.Videos.Count, settings.Devices.Sum(device => device.Slots)));
        telemetry.Ready();
        await using var draining = drain.UnsafeRegister(static state => ((NodeTelemetry)state!).Draining(), telemetry);
        return await node.RunAsync(drain) ? ExitCodes.Success : ExitCodes.Interrupted;
    }

    private static void Configure(ILoggingBuilder logging, NodeLogFormat format)
    {
        if (format == NodeLogFormat.Json)
        {
            logging.AddJsonConsole(options =>
            {
                options.UseUtcTimestamp = true;
                options.TimestampFormat = "O";
            });
        }
        else
        {
            logging.AddSimpleConsole(options =>
            {
                options.SingleLine = true;
                options.UseUtcTimestamp = true;
                options.TimestampFormat = "HH:mm:ss ";
                options.ColorBehavior = Console.IsOutputRedirected ? LoggerColorBehavior.Disabled : LoggerColorBehavior.Default;
            });
        }
    }
}
