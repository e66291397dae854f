using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Local;
using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.FaultTests;

/// <summary>An empty part of three real servers, any number of real nodes, and the way in. Every node is gone afterwards.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    // Nodes say something at every step; silence of this length is a fault, also on a busy machine.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(4);

    private const int MostTries = 5;

    private readonly TemporaryFolder _folder = new();
    private readonly TestServers _servers;
    private readonly bool _ownsServers;
    private readonly Channel<NodeLine> _heard = Channel.CreateUnbounded<NodeLine>();
    private readonly List<NodeProcess> _nodes = [];
    private int _number;

    private TestCluster(TestServers servers, bool ownsServers, ClusterEndpoints endpoints, ClusterConnection connection)
        => (_servers, _ownsServers, Endpoints, Connection) = (servers, ownsServers, endpoints, connection);

    public LocalServers Servers => _servers.Servers;

    /// <summary>This cluster's part of them.</summary>
    public ClusterEndpoints Endpoints { get; }

    /// <summary>The tests' own way to the servers.</summary>
    public ClusterConnection Connection { get; }

    public IReadOnlyList<NodeProcess> Nodes => _nodes;

    /// <summary>Changes the settings of nodes that are started from now on.</summary>
    public JsonObject NodeSettings { get; init; } = new()
    {
        ["checkpoints"] = new JsonObject { ["everyFrames"] = 8, ["everyTime"] = "00:00:30" },
        ["devices"] = new JsonArray(new JsonObject { ["device"] = "cpu", ["slots"] = 2 }),
    };

    /// <summary>A cluster in an empty part of servers that others use too, one after the other.</summary>
    public static Task<TestCluster> StartAsync(TestServers servers, CancellationToken cancellationToken) => StartAsync(servers, ownsServers: false, cancellationToken);

    /// <summary>A cluster on servers of its own, which listen on these addresses too.</summary>
    public static Task<TestCluster> StartAsync(IReadOnlyList<IPAddress> moreAddresses, CancellationToken cancellationToken)
        => StartAsync(TestServers.ListeningOn(moreAddresses), ownsServers: true, cancellationToken);

    private static async Task<TestCluster> StartAsync(TestServers servers, bool ownsServers, CancellationToken cancellationToken)
    {
        try
        {
            var endpoints = await servers.NewSpaceAsync(cancellationToken);
            return new TestCluster(servers, ownsServers, endpoints, await OpenAsync(endpoints, cancellationToken));
        }
        catch when (ownsServers)
        {
            await servers.DisposeAsync();
            throw;
        }
    }

    private static async Task<ClusterConnection> OpenAsync(ClusterEndpoints endpoints, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await ClusterConnection.OpenAsync(endpoints, new ClusterOptions { Name = "tests" }, logs: null, cancellationToken);
            }
            catch (ServerUnavailableException) when (tries < MostTries)
            {
                // On a busy machine a server that has just started may be too slow for its own limits.
                await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
            }
        }
    }

    /// <summary>Starts a node with a name of its own.</summary>
    public NodeProcess StartNode() => StartNode(IPAddress.Loopback, []);

    /// <summary>Starts a node in a network of its own.</summary>
    public NodeProcess StartNode(NodeNetwork network) => StartNode(network.Outside, network.Prefix);

    /// <summary>Starts a node that sees a small disk.</summary>
    public NodeProcess StartNode(SmallDisk disk) => StartNode(IPAddress.Loopback, disk.Prefix);

    /// <summary>Starts a node with variables in its environment, each as <c>NAME=value</c>.</summary>
    public NodeProcess StartNodeWith(params string[] variables) => StartNode(IPAddress.Loopback, ["env", .. variables]);

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

    /// <summary>Whether every video of a job has been begun, or is over.</summary>
    public async Task<bool> IsNothingWaitingAsync(JobReceipt job, CancellationToken cancellationToken)
        => (await Connection.Jobs.FindJobAsync(job.JobId, cancellationToken))!.ByState.GetValueOrDefault(VideoState.Waiting) == 0;

    /// <summary>Waits until a video has a checkpoint.</summary>
    public Task WaitForCheckpointAsync(string videoId, CancellationToken cancellationToken) => WaitForEventsAsync(videoId, "tracking-checkpointed", 1, cancellationToken);

    /// <summary>Waits until so many events of a kind are in a video's journal. Nobody says so aloud: it is looked at until they are there.</summary>
    public async Task WaitForEventsAsync(string videoId, string type, int count, CancellationToken cancellationToken)
    {
        for (; ; )
        {
            var found = 0;
            await foreach (var record in Connection.Journal.ReadAsync(videoId, 1, cancellationToken))
            {
                if (record.Type == type && ++found == count) return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
        await Connection.DisposeAsync();
        if (_ownsServers) await _servers.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>What all nodes said, for a failed test.</summary>
    public void Report()
    {
        foreach (var node in _nodes) TestContext.Current.TestOutputHelper?.WriteLine($"--- {node.Name}\n{node.Said}");
    }

    /// <summary>Writes the settings of a node on this machine; returns the file.</summary>
    public string WriteSettings() => WriteSettings(IPAddress.Loopback);

    /// <summary>Starts a node with one setting in place of what it would be.</summary>
    public NodeProcess StartNode(string setting, JsonNode value) => StartNode(IPAddress.Loopback, [], (setting, value));

    /// <summary>What the setting <c>servers</c> of a node is.</summary>
    public JsonObject ServersSetting() => ServersSetting(IPAddress.Loopback);

    private NodeProcess StartNode(IPAddress servers, string[] prefix, (string Name, JsonNode Value)? other = null)
    {
        _number++;
        var node = NodeProcess.Start($"node-{_number}", WriteSettings(servers, other), _heard.Writer, prefix);
        _nodes.Add(node);
        return node;
    }

    private string WriteSettings(IPAddress servers, (string Name, JsonNode Value)? other = null)
    {
        var settings = (JsonObject)NodeSettings.DeepClone();
        settings["name"] = "node";
        settings["models"] ??= new JsonObject { [NanoModel.Name] = NanoModel.Folder };
        settings["sources"] ??= new JsonObject { ["roots"] = new JsonArray(new JsonObject { ["path"] = Path.GetTempPath() }) };
        settings["servers"] = ServersSetting(servers);
        if (other is var (name, value)) settings[name] = value;
        var file = _folder.File($"node-{_number}.json");
        File.WriteAllText(file, settings.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
        return file;
    }

    private JsonObject ServersSetting(IPAddress servers) => new()
    {
        ["postgres"] = Endpoint(Servers.Postgres, Endpoints.Postgres, servers),
        ["rabbitMq"] = Endpoint(Servers.RabbitMq, Endpoints.RabbitMq, servers),
        ["redis"] = Endpoint(Servers.Redis, Endpoints.Redis, servers),
    };

    private static JsonObject Endpoint(LocalServer server, ServerEndpoint space, IPAddress address) => new()
    {
        ["host"] = address.ToString(), ["port"] = space.Port, ["user"] = space.User, ["space"] = space.Space,
        ["password"] = new JsonObject { ["file"] = server.PasswordFile },
    };
}
