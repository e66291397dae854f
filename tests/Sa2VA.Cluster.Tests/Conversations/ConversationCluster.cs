using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Sa2VA.Cluster.Conversations;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Progress;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Settings;
using Sa2VA.Cluster.Tests.Runs;
using Sa2VA.Cluster.Tests.Servers;

namespace Sa2VA.Cluster.Tests.Conversations;

/// <summary>Real servers, real nodes in this process that hold conversations with a tiny model, and the way in.</summary>
public sealed class ConversationCluster(ServersFixture servers, RunSamples samples) : IAsyncDisposable
{
    private readonly List<TalkingNode> _nodes = [];
    private ClusterEndpoints? _endpoints;

    public ClusterConnection Connection { get; private set; } = null!;

    public ConversationMailer Mailer { get; private set; } = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async Task<TalkingNode> StartNodeAsync(string name, ConversationSettings? settings = null)
    {
        await OpenAsync();
        var node = await TalkingNode.StartAsync(
            new NodeSettings
            {
                Name = name, Servers = _endpoints!, Devices = [new DeviceSettings { Device = "cpu" }], Conversations = settings ?? new ConversationSettings(),
                Models = new Dictionary<string, ModelChoice>(StringComparer.Ordinal) { ["mute"] = samples.TinyMute, ["tiny"] = samples.Tiny, ["sam2"] = samples.Sam2Only },
            });
        _nodes.Add(node);
        return node;
    }

    /// <summary>Begins a conversation about a short clip.</summary>
    public Task<string> BeginAsync() => BeginAsync(About());

    public async Task<string> BeginAsync(ConversationRequest about)
    {
        await OpenAsync();
        var id = ConversationId.New(DateTimeOffset.UtcNow);
        await Mailer.BeginAsync(id, about, Stop);
        return id;
    }

    public ConversationRequest About() => new() { Model = "mute", Source = samples.ClipOf(3), KeyFrames = 2, MaxNewTokens = 12 };

    /// <summary>Asks, and waits for the end of the turn.</summary>
    public async Task<TurnRecord> AskAsync(string conversation, string question, bool asksForMask = false)
    {
        var turn = await SendAsync(conversation, question, asksForMask);
        return await OverAsync(conversation, turn);
    }

    /// <summary>Asks; returns the turn's number.</summary>
    public async Task<int> SendAsync(string conversation, string question, bool asksForMask = false)
    {
        var id = ConversationId.New(DateTimeOffset.UtcNow);
        var state = await Mailer.AskAsync(conversation, id, question, asksForMask, Stop);
        return state.Find(id) is var (open, over) && (open ?? over?.Asked) is { } asked ? asked.Turn : throw new InvalidOperationException("The question was not taken.");
    }

    public async Task<TurnRecord> OverAsync(string conversation, int turn)
    {
        await HearAsync(conversation, happened => happened.Type == ConversationNews.TurnOver && ConversationNews.TurnOf(happened) == turn);
        return (await Mailer.ReadAsync(conversation, Stop)).At(turn).Over!;
    }

    /// <summary>All that was told of a conversation, up to the event that is waited for.</summary>
    public async Task<IReadOnlyList<JobEvent>> HearAsync(string conversation, Func<JobEvent, bool> isLast)
    {
        var heard = new List<JobEvent>();
        await foreach (var stored in Connection.Progress.ReadEventsAsync(conversation, afterId: null, TimeSpan.FromMilliseconds(50), Stop))
        {
            heard.Add(stored.Event);
            if (isLast(stored.Event)) break;
        }

        return heard;
    }

    /// <summary>Waits until a node has so many conversations in memory. Nobody is told of it, so it is looked at.</summary>
    public static async Task UntilWarmAsync(TalkingNode node, int count)
    {
        while (node.Node.Conversations.Count != count) await Task.Delay(TimeSpan.FromMilliseconds(20), Stop);
    }

    public static T Detail<T>(JobEvent happened) => JsonSerializer.Deserialize<T>(happened.Detail!, ConversationNews.Json)!;

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
        if (Connection is not null) await Connection.DisposeAsync();
    }

    private async Task OpenAsync()
    {
        if (_endpoints is not null) return;
        _endpoints = new ClusterEndpoints(await servers.PostgresAsync(Stop), await servers.RabbitMqAsync(Stop), await servers.RedisAsync(Stop));
        Connection = await ClusterConnection.OpenAsync(_endpoints, new ClusterOptions { Name = "tests" }, logs: null, Stop);
        Mailer = new ConversationMailer(Connection.Transport, Connection.Journal, Connection.Conversations, "tests", TimeProvider.System);
    }
}

/// <summary>A node in this process, with a way to the servers of its own.</summary>
public sealed class TalkingNode : IAsyncDisposable
{
    private readonly CancellationTokenSource _drain = new();
    private readonly ClusterConnection _connection;
    private readonly EventPublisher _news;
    private readonly Task<bool> _running;

    private TalkingNode(NodeSettings settings, ClusterConnection connection)
    {
        (_connection, _news) = (connection, new EventPublisher(connection.Progress, connection.Jobs.IsOverAsync));
        Node = new Node(settings, new NodeServices
        {
            Transport = connection.Transport, Journal = connection.Journal, Jobs = connection.Jobs, Conversations = connection.Conversations, States = connection.States, Results = connection.Results,
            Fetch = static (source, _) => Task.FromResult(new LocalVideo(source)), News = _news.Tell, Log = NullLogger.Instance,
        });
        _running = Node.RunAsync(_drain.Token);
    }

    public Node Node { get; }

    public static async Task<TalkingNode> StartAsync(NodeSettings settings)
        => new(settings, await ClusterConnection.OpenAsync(settings.Servers, settings.ToClusterOptions(), logs: null, TestContext.Current.CancellationToken));

    /// <summary>Takes no more, lets what is under way come to its end.</summary>
    public async Task<bool> DrainAsync()
    {
        await _drain.CancelAsync();
        return await _running;
    }

    /// <summary>The broker loses it, as it does a node that was killed; it goes on with what it has in hand, and does not know.</summary>
    public ValueTask LoseAsync() => _connection.Transport.DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        await _drain.CancelAsync();
        await ((Task)_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Node.DisposeAsync();
        await _news.DisposeAsync();
        await _connection.DisposeAsync();
        _drain.Dispose();
    }
}
