using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging.Abstractions;
using Sa2VA.Actors;
using Sa2VA.Cluster.Checkpoints;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Postgres;
using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Settings;
using Sa2VA.Cluster.Tests.Postgres;
using Sa2VA.Cluster.Transport;
using Sa2VA.Cluster.Videos;

namespace Sa2VA.Cluster.Tests.Nodes;

/// <summary>A node that hands a video over, at the worst moments.</summary>
public sealed class NodeHandOverTests(DatabaseFixture server) : IClassFixture<DatabaseFixture>, IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly BadTiming _transport = new();
    private PostgresJobStore _jobs = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await server.EmptyAsync();
        _jobs = new PostgresJobStore(server.Database);
    }

    [Fact]
    public async Task A_continuation_that_the_same_node_takes_before_it_was_confirmed_is_not_lost()
    {
        _transport.ConfirmsContinuationsLate = true;
        await using var node = Node();
        using var drain = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var running = node.RunAsync(drain.Token);
        var videoId = await SubmitAsync();
        await _transport.SendAsync(VideoLetter.KeyOf(videoId), new VideoLetter.Hold().ToBytes(), Stop);

        Assert.Equal(VideoState.Completed, await EndAsync(videoId));
        Assert.Equal(2, _transport.Taken);
        await drain.CancelAsync();
        Assert.True(await running);
        Assert.Equal(0, (await _transport.LengthsAsync(Stop)).Sum(queue => queue.Waiting));
    }

    [Fact]
    public async Task A_cancellation_that_comes_when_the_video_has_just_been_paused_counts()
    {
        _transport.LastLetter = new VideoLetter.Cancel("no longer needed").ToBytes();
        await using var node = Node();
        using var drain = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var running = node.RunAsync(drain.Token);
        var videoId = await SubmitAsync();
        await _transport.SendAsync(VideoLetter.KeyOf(videoId), new VideoLetter.Hold().ToBytes(), Stop);

        Assert.Equal(VideoState.Cancelled, await EndAsync(videoId));
        await drain.CancelAsync();
        Assert.True(await running);
        Assert.Equal(1, _transport.Taken);
    }

    [Fact]
    public async Task A_node_whose_queue_breaks_hands_over_what_it_has_before_it_says_so()
    {
        await using var node = Node();
        var running = node.RunAsync(Stop);
        var videoId = await SubmitAsync();
        _transport.Break(new InvalidOperationException("no such queue"));

        Assert.Equal("no such queue", (await Assert.ThrowsAsync<InvalidOperationException>(() => running)).Message);
        Assert.Empty(node.Videos);
        Assert.Equal(VideoState.Waiting, (await _jobs.FindVideoAsync(videoId, Stop))!.State);
        Assert.InRange((await _transport.LengthsAsync(Stop)).Sum(queue => queue.Waiting), 1, 2);
    }

    public async ValueTask DisposeAsync()
    {
        await _transport.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>Submits a video and waits until a node works on it.</summary>
    private async Task<string> SubmitAsync()
    {
        var receipt = await _jobs.SubmitAsync(new JobRequest { Model = "none" }, new[] { new VideoRequest("clip", [new RunTarget.Expression("a dog")]) }.ToAsyncEnumerable(), Stop);
        await _transport.Bound.Task.WaitAsync(Stop);
        return Assert.Single(await _jobs.ListVideosAsync(receipt.JobId, state: null, after: null, 1, Stop)).VideoId;
    }

    private async Task<VideoState> EndAsync(string videoId)
    {
        for (; ; )
        {
            var settled = _transport.NextSettled;
            var state = (await _jobs.FindVideoAsync(videoId, Stop))!.State;
            if (state is VideoState.Completed or VideoState.Failed or VideoState.Cancelled or VideoState.Dead) return state;
            await settled.WaitAsync(TimeSpan.FromMinutes(1), Stop);
        }
    }

    private Node Node() => new(
        new NodeSettings
        {
            Name = "node", Servers = new ClusterEndpoints(server.Endpoint, server.Endpoint, server.Endpoint),
            Models = new Dictionary<string, ModelChoice>(StringComparer.Ordinal) { ["none"] = _folder.FullPath }, Devices = [new DeviceSettings { Device = "cpu", Slots = 3 }],
        },
        new NodeServices
        {
            Transport = _transport, Journal = new PostgresJournal(server.Database, new VideoProjection()), Jobs = _jobs,
            States = new FolderCheckpointStore(_folder.File("states")), Results = new FolderResultStore(_folder.File("results")),
            Fetch = static (source, _) => Task.FromResult(new LocalVideo(source)), Worker = static (_, video, _) => new PausesOnce(video), Log = NullLogger.Instance,
        });

    /// <summary>Waits until it is told to pause; when it comes back it is done at once.</summary>
    private sealed class PausesOnce(ActorRef<VideoCommand> video) : Actor<VideoWork>
    {
        public override async ValueTask ReceiveAsync(VideoWork message, CancellationToken cancellationToken)
        {
            if (message.Known.Facts is not null)
            {
                await video.TellAsync(new VideoCommand.Complete([]), cancellationToken);
                return;
            }

            await video.AskAsync<Video>(reply => new VideoCommand.RecordFacts(new VideoFacts(64, 48, 1, 1, 1, "none"), reply), TimeSpan.FromMinutes(1), cancellationToken);
            await Task.Delay(Timeout.InfiniteTimeSpan, message.Pause).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await video.TellAsync(new VideoCommand.Paused(), cancellationToken);
        }
    }

    /// <summary>The embedded transport, where everything that may happen at a bad moment does.</summary>
    private sealed class BadTiming : ITransport
    {
        private readonly InProcessTransport _inner = new();
        private readonly TaskCompletionSource _continuationTaken = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _published;

        /// <summary>Publishing a second time returns when a consumer has dealt with the delivery and asks for more.</summary>
        public bool ConfirmsContinuationsLate { get; set; }

        /// <summary>Is in the mailbox when it is unbound for the first time.</summary>
        public ReadOnlyMemory<byte>? LastLetter { get; set; }

        /// <summary>Deliveries so far.</summary>
        public int Taken { get; private set; }

        /// <summary>Completes when a video's actor can get mail.</summary>
        public TaskCompletionSource Bound { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Completes when a delivery is settled from now on.</summary>
        public Task NextSettled => Volatile.Read(ref _settled).Task;

        public void Break(Exception reason) => _broken.SetException(reason);

        public async ValueTask PublishAsync(WorkItem item, CancellationToken cancellationToken)
        {
            await _inner.PublishAsync(item, cancellationToken);
            if (ConfirmsContinuationsLate && Interlocked.Increment(ref _published) == 2) await _continuationTaken.Task.WaitAsync(cancellationToken);
        }

        public async IAsyncEnumerable<IWorkDelivery> ConsumeAsync(IReadOnlyCollection<WorkKind> kinds, int prefetch, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await using var deliveries = _inner.ConsumeAsync(kinds, prefetch, ended.Token).GetAsyncEnumerator(CancellationToken.None);
            for (; ; )
            {
                var next = deliveries.MoveNextAsync().AsTask();
                if (await Task.WhenAny(next, _broken.Task) == _broken.Task) await ended.CancelAsync();
                var isThere = await next;
                if (_broken.Task.IsFaulted) await _broken.Task;
                if (!isThere) yield break;
                Taken++;
                yield return new Told(deliveries.Current, () => Interlocked.Exchange(ref _settled, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult());
                if (Taken == 2) _continuationTaken.SetResult();
            }
        }

        public ValueTask<long> CountDeadAsync(CancellationToken cancellationToken) => _inner.CountDeadAsync(cancellationToken);

        public async ValueTask<IAsyncDisposable> BindAsync(string key, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> receive, CancellationToken cancellationToken)
        {
            var box = await _inner.BindAsync(key, receive, cancellationToken);
            Bound.TrySetResult();
            return new LateMail(this, box, receive);
        }

        public ValueTask<IReadOnlyList<QueueLength>> LengthsAsync(CancellationToken cancellationToken) => _inner.LengthsAsync(cancellationToken);

        public ValueTask<IReadOnlyList<DeadWork>> DeadWorkAsync(int limit, CancellationToken cancellationToken) => _inner.DeadWorkAsync(limit, cancellationToken);

        public ValueTask<bool> ForgetDeadAsync(string videoId, CancellationToken cancellationToken) => _inner.ForgetDeadAsync(videoId, cancellationToken);

        public ValueTask<bool> SendAsync(string key, ReadOnlyMemory<byte> letter, CancellationToken cancellationToken) => _inner.SendAsync(key, letter, cancellationToken);

        public ValueTask DisposeAsync() => _inner.DisposeAsync();

        private sealed class LateMail(BadTiming owner, IAsyncDisposable box, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> receive) : IAsyncDisposable
        {
            public async ValueTask DisposeAsync()
            {
                await box.DisposeAsync();
                if (owner.LastLetter is { } letter) await receive(letter, CancellationToken.None);
                owner.LastLetter = null;
            }
        }

        private sealed class Told(IWorkDelivery inner, Action settled) : IWorkDelivery
        {
            public WorkItem Item => inner.Item;

            public bool IsRedelivered => inner.IsRedelivered;

            public async ValueTask AcknowledgeAsync(CancellationToken cancellationToken)
            {
                await inner.AcknowledgeAsync(cancellationToken);
                settled();
            }

            public async ValueTask ReturnAsync(CancellationToken cancellationToken)
            {
                await inner.ReturnAsync(cancellationToken);
                settled();
            }

            public async ValueTask BuryAsync(string reason, CancellationToken cancellationToken)
            {
                await inner.BuryAsync(reason, cancellationToken);
                settled();
            }
        }
    }
}
