using System.Runtime.CompilerServices;
using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Checkpoints;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Transport;

namespace Sa2VA.Benchmarks.Cluster;

/// <summary>Takes the time of every call that a node makes to its servers on behalf of a video.</summary>
internal static class TimedServices
{
    public const string Journal = "journal";
    public const string Jobs = "jobs";
    public const string Queue = "queue";
    public const string Masks = "masks";
    public const string States = "states";

    public static NodeServices Timed(this NodeServices services, CallTimes times) => services with
    {
        Journal = new TimedJournal(services.Journal, times), Jobs = TimedJobs.Of(services.Jobs, times), Transport = new TimedTransport(services.Transport, times),
        Results = new TimedResults(services.Results, times), States = new TimedStates(services.States, times),
    };

    private sealed class TimedJournal(IJournal inner, CallTimes times) : IJournal
    {
        public ValueTask<long> ClaimAsync(string persistenceId, string owner, CancellationToken cancellationToken)
            => new(times.OfAsync($"{Journal} claim", () => inner.ClaimAsync(persistenceId, owner, cancellationToken).AsTask()));

        public ValueTask<JournalOpening> OpenAsync(string persistenceId, string owner, CancellationToken cancellationToken)
            => new(times.OfAsync($"{Journal} open", () => inner.OpenAsync(persistenceId, owner, cancellationToken).AsTask()));

        public ValueTask AppendAsync(string persistenceId, long epoch, long lastSequence, IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken)
            => new(times.OfAsync($"{Journal} append", () => inner.AppendAsync(persistenceId, epoch, lastSequence, entries, cancellationToken).AsTask()));

        public async IAsyncEnumerable<JournalRecord> ReadAsync(string persistenceId, long fromSequence, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            var records = await times.OfAsync($"{Journal} read", async () => await inner.ReadAsync(persistenceId, fromSequence, cancellationToken).ToListAsync(cancellationToken));
            foreach (var record in records) yield return record;
        }

        public ValueTask SaveSnapshotAsync(string persistenceId, long epoch, JournalSnapshot snapshot, CancellationToken cancellationToken)
            => new(times.OfAsync($"{Journal} snapshot", () => inner.SaveSnapshotAsync(persistenceId, epoch, snapshot, cancellationToken).AsTask()));

        public ValueTask<JournalSnapshot?> LoadSnapshotAsync(string persistenceId, CancellationToken cancellationToken)
            => new(times.OfAsync($"{Journal} load", () => inner.LoadSnapshotAsync(persistenceId, cancellationToken).AsTask()));

        public ValueTask<JournalHead> HeadAsync(string persistenceId, CancellationToken cancellationToken)
            => new(times.OfAsync($"{Journal} head", () => inner.HeadAsync(persistenceId, cancellationToken).AsTask()));
    }

    private sealed class TimedTransport(ITransport inner, CallTimes times) : ITransport
    {
        public ValueTask PublishAsync(WorkItem item, CancellationToken cancellationToken)
            => new(times.OfAsync($"{Queue} publish", () => inner.PublishAsync(item, cancellationToken).AsTask()));

        public async IAsyncEnumerable<IWorkDelivery> ConsumeAsync(IReadOnlyCollection<WorkKind> kinds, int prefetch, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await using var deliveries = inner.ConsumeAsync(kinds, prefetch, cancellationToken).GetAsyncEnumerator(CancellationToken.None);
            while (true)
            {
                var since = TimeProvider.System.GetTimestamp();
                if (!await deliveries.MoveNextAsync()) yield break;
                times.Add($"{Queue} take", TimeProvider.System.GetElapsedTime(since));
                yield return new TimedDelivery(deliveries.Current, times);
            }
        }

        public ValueTask<IReadOnlyList<QueueLength>> LengthsAsync(CancellationToken cancellationToken) => inner.LengthsAsync(cancellationToken);

        public ValueTask<IReadOnlyList<DeadWork>> DeadWorkAsync(int limit, CancellationToken cancellationToken) => inner.DeadWorkAsync(limit, cancellationToken);

        public ValueTask<long> CountDeadAsync(CancellationToken cancellationToken) => inner.CountDeadAsync(cancellationToken);

        public ValueTask<bool> ForgetDeadAsync(string videoId, CancellationToken cancellationToken) => inner.ForgetDeadAsync(videoId, cancellationToken);

        public async ValueTask<IAsyncDisposable> BindAsync(string key, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> receive, CancellationToken cancellationToken)
            => new TimedBinding(await times.OfAsync($"{Queue} bind", () => inner.BindAsync(key, receive, cancellationToken).AsTask()), times);

        public ValueTask<bool> SendAsync(string key, ReadOnlyMemory<byte> letter, CancellationToken cancellationToken) => inner.SendAsync(key, letter, cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    private sealed class TimedBinding(IAsyncDisposable inner, CallTimes times) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => new(times.OfAsync($"{Queue} unbind", () => inner.DisposeAsync().AsTask()));
    }

    private sealed class TimedDelivery(IWorkDelivery inner, CallTimes times) : IWorkDelivery
    {
        public WorkItem Item => inner.Item;

        public bool IsRedelivered => inner.IsRedelivered;

        public ValueTask AcknowledgeAsync(CancellationToken cancellationToken) => new(times.OfAsync($"{Queue} acknowledge", () => inner.AcknowledgeAsync(cancellationToken).AsTask()));

        public ValueTask ReturnAsync(CancellationToken cancellationToken) => inner.ReturnAsync(cancellationToken);

        public ValueTask BuryAsync(string reason, CancellationToken cancellationToken) => inner.BuryAsync(reason, cancellationToken);
    }

    private sealed class TimedResults(IResultStore inner, CallTimes times) : IResultStore
    {
        public Task ClaimAsync(string videoId, long epoch, CancellationToken cancellationToken)
            => times.OfAsync($"{Masks} claim", () => inner.ClaimAsync(videoId, epoch, cancellationToken));

        public Task WriteBlockAsync(string videoId, long epoch, MaskBlock block, CancellationToken cancellationToken)
            => times.OfAsync($"{Masks} write", () => inner.WriteBlockAsync(videoId, epoch, block, cancellationToken));

        public Task<MaskBlock?> ReadBlockAsync(string videoId, int objectId, int index, CancellationToken cancellationToken)
            => times.OfAsync($"{Masks} read", () => inner.ReadBlockAsync(videoId, objectId, index, cancellationToken));

        public Task<string> ChainAsync(string videoId, int objectId, int blocks, CancellationToken cancellationToken)
            => times.OfAsync($"{Masks} chain", () => inner.ChainAsync(videoId, objectId, blocks, cancellationToken));
    }

    private sealed class TimedStates(ICheckpointStore inner, CallTimes times) : ICheckpointStore
    {
        // Writing the file is the tracker's own work.
        public async Task SaveAsync(string videoId, long epoch, string name, Func<string, Task> write, CancellationToken cancellationToken)
        {
            var since = TimeProvider.System.GetTimestamp();
            var writing = TimeSpan.Zero;
            await inner.SaveAsync(videoId, epoch, name, async file =>
            {
                var begun = TimeProvider.System.GetTimestamp();
                await write(file);
                writing = TimeProvider.System.GetElapsedTime(begun);
            }, cancellationToken);
            times.Add($"{States} save", TimeProvider.System.GetElapsedTime(since) - writing);
        }

        public Task<CheckpointLease?> OpenAsync(string videoId, string name, CancellationToken cancellationToken)
            => times.OfAsync($"{States} open", () => inner.OpenAsync(videoId, name, cancellationToken));

        public Task PruneAsync(string videoId, long epoch, string? keep, CancellationToken cancellationToken)
            => times.OfAsync($"{States} prune", () => inner.PruneAsync(videoId, epoch, keep, cancellationToken));
    }
}
