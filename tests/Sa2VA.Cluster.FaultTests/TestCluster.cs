using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Local;
using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.FaultTests;

/// <summary>Three real servers, any number of real nodes, and the way in. The servers' folder and every process are gone afterwards.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    // Nodes say something at every step; silence of this length is a fault, also on a busy machine.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly TemporaryServerFolder _folder;
    private readonly Channel<NodeLine> _heard = Channel.CreateUnbounded<NodeLine>();
    private readonly List<NodeProcess> _nodes = [];
    private int _number;

    private TestCluster(TemporaryServerFolder folder, LocalServers servers, ClusterConnection connection)
        => (_folder, Servers, Connection) = (folder, servers, connection);

    public LocalServers Servers { get; }

    /// <summary>The tests' own way to the servers.</summary>
    public ClusterConnection Connection { get; }

    public IReadOnlyList<NodeProcess> Nodes => _nodes;

    /// <summary>Changes the settings of nodes that are started from now on.</summary>
    public JsonObject NodeSettings { get; init; } = new()
    {
        ["checkpoints"] = new JsonObject { ["everyFrames"] = 8, ["everyTime"] = "00:00:30" },
        ["devices"] = new JsonArray(new JsonObject { ["device"] = "cpu", ["slots"] = 2 }),
    };

    public static Task<TestCluster> StartAsync(CancellationToken cancellationToken) => StartAsync([], cancellationToken);

    /// <summary>Starts servers that listen on these addresses too.</summary>
    public static async Task<TestCluster> StartAsync(IReadOnlyList<IPAddress> moreAddresses, CancellationToken cancellationToken)
    {
        var folder = new TemporaryServerFolder();
        var servers = await LocalServers.StartAsync(folder.FullPath, moreAddresses, cancellationToken);
        var connection = await ClusterConnection.OpenAsync(servers.Endpoints, new ClusterOptions { Name = "tests" }, logs: null, cancellationToken);
        return new TestCluster(folder, servers, connection);
    }

    /// <summary>Starts a node with a name of its own.</summary>
    public NodeProcess StartNode() => StartNode(IPAddress.Loopback, []);

    /// <summary>Starts a node in a network of its own.</summary>
    public NodeProcess StartNode(NodeNetwork network) => StartNode(network.Outside, network.Prefix);

    /// <summary>Ends a node at once and starts another.</summary>
    public async Task<NodeProcess> ReplaceAsync(NodeProcess node)
    {
        await node.KillAsync();
        return StartNode();
    }

    /// <summary>Submits a job; the nodes send its messages.</summary>
    public Task<JobReceipt> SubmitAsync(IEnumerable<VideoRequest> videos, CancellationToken cancellationToken)
        => SubmitAsync(new JobRequest { Model = NanoModel.Name }, videos, cancellationToken);

    /// <summary>The same with other settings.</summary>
    public Task<JobReceipt> SubmitAsync(JobRequest job, IEnumerable<VideoRequest> videos, CancellationToken cancellationToken)
        => Connection.Jobs.SubmitAsync(job, videos.ToAsyncEnumerable(), cancellationToken);

    /// <summary>Waits for a line of some node.</summary>
    /// <exception cref="TimeoutException">Nobody says it.</exception>
    public async Task<NodeLine> HearAsync(Func<NodeLine, bool> wanted, CancellationToken cancellationToken)
    {
        for (; ; )
        {
            var line = await _heard.Reader.ReadAsync(cancellationToken).AsTask().WaitAsync(s_patience, cancellationToken);
            if (wanted(line)) return line;
        }
    }

    /// <summary>Waits until every video of a job is over; returns them in the manifest's order.</summary>
    public async Task<IReadOnlyList<VideoView>> WaitAsync(JobReceipt job, CancellationToken cancellationToken)
    {
        for (; ; )
        {
            var videos = await Connection.Jobs.ListVideosAsync(job.JobId, state: null, after: null, (int)job.Videos, cancellationToken);
            if (videos.All(video => video.State is VideoState.Completed or VideoState.Failed or VideoState.Cancelled or VideoState.Dead)) return videos;
            await HearAsync(line => line.EventId is NodeEvents.VideoIsOver or NodeEvents.VideoIsDead or NodeEvents.MessageForgotten or NodeEvents.Stopped, cancellationToken);
        }
    }

    /// <summary>Waits until a video has a checkpoint. Nobody says so aloud: the journal is looked at until it is there.</summary>
    public async Task WaitForCheckpointAsync(string videoId, CancellationToken cancellationToken)
    {
        for (; ; )
        {
            await foreach (var record in Connection.Journal.ReadAsync(videoId, 1, cancellationToken))
            {
                if (record.Type == "tracking-checkpointed") return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
        await Connection.DisposeAsync();
        await _folder.DisposeAsync();
    }

    /// <summary>What all nodes said, for a failed test.</summary>
    public void Report()
    {
        foreach (var node in _nodes) TestContext.Current.TestOutputHelper?.WriteLine($"--- {node.Name}\n{node.Said}");
    }

    /// <summary>Writes the settings of a node on this machine; returns the file.</summary>
    public string WriteSettings() => WriteSettings(IPAddress.Loopback);

    private NodeProcess StartNode(IPAddress servers, string[] prefix)
    {
        _number++;
        var node = NodeProcess.Start($"node-{_number}", WriteSettings(servers), _heard.Writer, prefix);
        _nodes.Add(node);
        return node;
    }

    private string WriteSettings(IPAddress servers)
    {
        var settings = (JsonObject)NodeSettings.DeepClone();
        settings["name"] = "node";
        settings["models"] ??= new JsonObject { [NanoModel.Name] = NanoModel.Folder };
        settings["sources"] = new JsonObject { ["roots"] = new JsonArray(new JsonObject { ["path"] = Path.GetTempPath() }) };
        settings["servers"] = new JsonObject
        {
            ["postgres"] = Endpoint(Servers.Postgres, servers), ["rabbitMq"] = Endpoint(Servers.RabbitMq, servers), ["redis"] = Endpoint(Servers.Redis, servers),
        };
        var file = Path.Combine(_folder.FullPath, $"node-{_number}.json");
        File.WriteAllText(file, settings.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
        return file;
    }

    private static JsonObject Endpoint(LocalServer server, IPAddress address)
    {
        ServerEndpoint endpoint = server.Endpoint;
        return new JsonObject
        {
            ["host"] = address.ToString(), ["port"] = endpoint.Port, ["user"] = endpoint.User, ["space"] = endpoint.Space,
            ["password"] = new JsonObject { ["file"] = server.PasswordFile },
        };
    }
}
