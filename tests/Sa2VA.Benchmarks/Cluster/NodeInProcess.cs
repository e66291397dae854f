using Sa2VA.Cluster.FaultTests;
using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Progress;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Benchmarks.Cluster;

/// <summary>A node of this process with connections of its own, wired as <c>sa2va node</c> wires it.</summary>
internal sealed class NodeInProcess : IAsyncDisposable
{
    private readonly ClusterConnection _connection;
    private readonly ProgressReporter _reporter;
    private readonly CancellationTokenSource _drain = new();
    private readonly Node _node;
    private Task<bool>? _running;

    private NodeInProcess(NodeSettings settings, ClusterConnection connection, Func<NodeServices, NodeServices> change)
    {
        _connection = connection;
        _reporter = new ProgressReporter(connection.Progress);
        _node = new Node(settings, change(new NodeServices
        {
            Transport = connection.Transport, Journal = connection.Journal, Jobs = connection.Jobs, States = connection.States, Results = connection.Results,
            Fetch = static (source, _) => Task.FromResult(new LocalVideo(source)),
            Progress = (video, epoch) => new VideoReport(_reporter, video, epoch, settings.Name, TimeProvider.System),
            Log = Ears,
        }));
    }

    public NodeEars Ears { get; } = new();

    /// <summary>Connects a node; it does not work yet.</summary>
    /// <param name="servers">Of the cluster.</param>
    /// <param name="name">Its name.</param>
    /// <param name="slots">Videos at the same time.</param>
    /// <param name="change">What it works with, in place of what it is given.</param>
    public static async Task<NodeInProcess> ConnectAsync(ClusterEndpoints servers, string name, int slots, Func<NodeServices, NodeServices> change)
    {
        var settings = new NodeSettings
        {
            Name = name, Servers = servers, Devices = [new DeviceSettings { Device = "cpu", Slots = slots }],
            Models = new Dictionary<string, ModelChoice>(StringComparer.Ordinal) { [NanoModel.Name] = NanoModel.Folder },
        };
        return new NodeInProcess(settings, await ClusterConnection.OpenAsync(servers, settings.ToClusterOptions(), logs: null, CancellationToken.None), change);
    }

    public void Start() => _running = _node.RunAsync(_drain.Token);

    /// <exception cref="InvalidOperationException">It did not drain in time, or complained: then what was measured is something else.</exception>
    public async Task DrainAsync()
    {
        await _drain.CancelAsync();
        if (_running is not null && !await _running) throw new InvalidOperationException("A node did not drain in time.");
        if (Ears.Complaints is [var first, ..]) throw new InvalidOperationException($"A node had something to complain about: {first}");
    }

    public async ValueTask DisposeAsync()
    {
        await _drain.CancelAsync();
        if (_running is not null) await ((Task)_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _node.DisposeAsync();
        await _reporter.DisposeAsync();
        await _connection.DisposeAsync();
        _drain.Dispose();
    }
}
