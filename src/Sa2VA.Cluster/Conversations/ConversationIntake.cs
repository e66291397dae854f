using Sa2VA.Actors;
using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.Conversations;

/// <summary>
/// A node's conversations: takes wake-ups while there is room, or while one that is idle can make room, and lets go of what was not used for
/// long. It takes no slots of videos: a person waits for the answer.
/// </summary>
internal sealed class ConversationIntake
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    // With the longest answer behind it, still less than brokers let anybody hold a message.
    private static readonly TimeSpan LongestHold = TimeSpan.FromMinutes(12);

    private readonly NodeSettings _settings;
    private readonly NodeServices _services;
    private readonly ActorSystem _system;
    private readonly ConversationPlace _place;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (ConversationSession Session, Task Running)> _sessions = new(StringComparer.Ordinal);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ConversationIntake(NodeSettings settings, NodeServices services, DevicePool devices, ActorSystem system)
    {
        (_settings, _services, _system) = (settings, services, system);
        _place = new ConversationPlace
        {
            Node = settings.Name, Models = settings.Models, Devices = devices, ShareMiB = settings.Conversations.ShareMiB, Fetch = services.Fetch, Limits = settings.Media,
            FirstWords = waited => services.Metrics?.FirstWords(waited), Time = services.Time,
        };
    }

    /// <summary>Ids of the conversations in memory.</summary>
    public IReadOnlyList<string> Warm
    {
        get
        {
            lock (_gate) return [.. _sessions.Keys.Order(StringComparer.Ordinal)];
        }
    }

    private int Most => _settings.Conversations.Warm;

    /// <summary>Takes conversations until <paramref name="drain"/> is cancelled, then lets each answer that is under way come to its end within the grace period.</summary>
    /// <returns>Whether all were let go in time.</returns>
    public async Task<bool> RunAsync(CancellationToken drain)
    {
        if (Most == 0 || _services.Conversations is null || !_settings.Roles.Contains(NodeRole.Keyframe)) return true;
        using var stop = new CancellationTokenSource();
        // The enumeration must outlive the sessions: when it ends, what is in hand goes back to the queue.
        using var noWork = new CancellationTokenSource();
        await using var deliveries = _services.Transport.ConsumeAsync([WorkKind.Conversation], Most + 1, noWork.Token).GetAsyncEnumerator(CancellationToken.None);
        var looking = LookAsync(drain);
        var coming = await TakeAsync(deliveries, drain, stop.Token);
        var returning = coming is null ? Task.CompletedTask : ReturnAsync(coming, deliveries);
        var drained = await DrainAsync(stop);
        await noWork.CancelAsync();
        await returning;
        await looking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return drained;
    }

    /// <summary>Begins sessions until told to drain. Returns the taking that was under way then, if any.</summary>
    private async Task<Task<bool>?> TakeAsync(IAsyncEnumerator<IWorkDelivery> deliveries, CancellationToken drain, CancellationToken stop)
    {
        Task<bool>? coming = null;
        while (!drain.IsCancellationRequested)
        {
            try
            {
                // While all of them answer, others may take what waits.
                await UntilAsync(() => _sessions.Values.Count(one => !one.Session.IsIdle) < Most, drain);
                coming = deliveries.MoveNextAsync().AsTask();
                if (!await coming.WaitAsync(drain)) return null;
                coming = null;
                await BeginAsync(deliveries.Current, drain, stop);
            }
            catch (OperationCanceledException) when (drain.IsCancellationRequested)
            {
                return coming;
            }
            catch (Exception failure)
            {
                // The queue is not what it should be. Videos may well go on.
                _services.Log.IntakeFailed(failure);
                await Task.Delay(Timeout.InfiniteTimeSpan, drain).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return null;
            }
        }

        return coming;
    }

    private async Task BeginAsync(IWorkDelivery delivery, CancellationToken drain, CancellationToken stop)
    {
        try
        {
            await MakeRoomAsync(delivery.Item.VideoId, drain);
        }
        catch (OperationCanceledException) when (drain.IsCancellationRequested)
        {
            await delivery.ReturnAsync(CancellationToken.None);
            return;
        }

        IWorkDelivery? older;
        lock (_gate)
        {
            var known = _sessions.GetValueOrDefault(delivery.Item.VideoId);
            older = known.Session?.Adopt(delivery);
            if (older is null)
            {
                // Where its last stay is about to end the next one begins after it.
                var session = new ConversationSession(_place, _settings.MaxAttempts, _services, _system, delivery, Changed);
                var before = known.Running ?? Task.CompletedTask;
                _sessions[session.Id] = (session, Task.Run(() => SeeThroughAsync(before, session, stop), CancellationToken.None));
            }
        }

        if (older is not null) await older.AcknowledgeAsync(stop);
        Count();
    }

    /// <summary>Waits until there is room for one more, letting go of the one that was used least recently.</summary>
    private async Task MakeRoomAsync(string conversationId, CancellationToken drain)
    {
        await UntilAsync(
            () =>
            {
                if (_sessions.Count < Most || _sessions.ContainsKey(conversationId)) return true;
                if (!_sessions.Values.Any(one => one.Session.IsLeaving)) LeastRecent()?.LetGo(LetGoReason.Room);
                return false;
            },
            drain);
    }

    private ConversationSession? LeastRecent() => _sessions.Values.Select(one => one.Session).Where(session => session.IsIdle).MinBy(session => session.LastUsed);

    private async Task SeeThroughAsync(Task before, ConversationSession session, CancellationToken stop)
    {
        try
        {
            await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await session.RunAsync(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Left unsettled: it is delivered again, to another node.
        }
        catch (Exception failure)
        {
            _services.Log.ConversationFailed(failure, session.Id);
            await session.ReturnAsync(CancellationToken.None);
        }
        finally
        {
            lock (_gate)
            {
                if (_sessions.TryGetValue(session.Id, out var latest) && latest.Session == session) _sessions.Remove(session.Id);
            }

            Changed();
            Count();
        }
    }

    private async Task<bool> DrainAsync(CancellationTokenSource stop)
    {
        (ConversationSession Session, Task Running)[] left;
        lock (_gate) left = [.. _sessions.Values];
        foreach (var (session, _) in left) session.LetGo(LetGoReason.Drain);
        var all = Task.WhenAll(left.Select(one => one.Running));
        try
        {
            await all.WaitAsync(_settings.Grace, _services.Time);
            return true;
        }
        catch (TimeoutException)
        {
            await stop.CancelAsync();
            await all.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return false;
        }
    }

    private static async Task ReturnAsync(Task<bool> coming, IAsyncEnumerator<IWorkDelivery> deliveries)
    {
        if (await coming) await deliveries.Current.ReturnAsync(CancellationToken.None);
    }

    private async Task LookAsync(CancellationToken drain)
    {
        using var timer = new PeriodicTimer(LookEvery, _services.Time);
        while (await timer.WaitForNextTickAsync(drain))
        {
            lock (_gate)
            {
                foreach (var (session, _) in _sessions.Values)
                {
                    if (_services.Time.GetElapsedTime(session.StartedAt) >= LongestHold) session.LetGo(LetGoReason.Held);
                    else if (session.IsIdle && _services.Time.GetElapsedTime(session.LastUsed) >= _settings.Conversations.Idle) session.LetGo(LetGoReason.Idle);
                }

                // One at a time: what it took is free again only when it has gone.
                if (_sessions.Values.Sum(one => one.Session.Bytes) > _settings.Conversations.MemoryMiB << 20 && !_sessions.Values.Any(one => one.Session.IsLeaving))
                    LeastRecent()?.LetGo(LetGoReason.Room);
            }
        }
    }

    private async Task UntilAsync(Func<bool> isSo, CancellationToken cancellationToken)
    {
        for (; ; )
        {
            Task changed;
            lock (_gate)
            {
                if (isSo()) return;
                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    private void Changed()
    {
        lock (_gate)
        {
            _changed.TrySetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private void Count()
    {
        lock (_gate) _services.Metrics?.SetWarmConversations(_sessions.Count);
    }
}
