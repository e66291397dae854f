using Sa2VA.Actors;
using Sa2VA.Cluster.Conversations;
using Sa2VA.Cluster.Nodes.Presence;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Settings;
using Sa2VA.Cluster.Telemetry;
using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.Nodes;

/// <summary>
/// Takes work while it has free slots, and sees each delivery through. Draining: no new work, every video stops at a frame boundary, makes
/// a checkpoint and is handed over.
/// </summary>
public sealed class Node : IAsyncDisposable
{
    // How often slices and waiting work are looked at.
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    // A video is not interrupted for another one before it could get anywhere, unless its slice is shorter.
    private static readonly TimeSpan LeastTurn = TimeSpan.FromSeconds(5);

    // Brokers take back what is held for 30 minutes.
    private static readonly TimeSpan LongestHold = TimeSpan.FromMinutes(20);

    private readonly NodeSettings _settings;
    private readonly NodeServices _services;
    private readonly DevicePool _devices;
    private readonly ModelDigests _digests = new();
    private readonly ActorSystem _system;
    private readonly SemaphoreSlim _free;
    private readonly ConversationIntake _conversations;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (VideoSession Session, Task Running)> _sessions = [];

    /// <summary>Makes a node; <see cref="RunAsync"/> begins to work.</summary>
    /// <exception cref="SettingsException">A setting is wrong.</exception>
    public Node(NodeSettings settings, NodeServices services)
    {
        NodeSettingsRules.Check(settings);
        (_settings, _services) = (settings, services);
        _devices = new DevicePool(settings.Devices, Load, settings.WarmTime, services.Time);
        _system = new ActorSystem(services.Time, services.Log);
        _free = new SemaphoreSlim(_devices.Slots);
        _conversations = new ConversationIntake(settings, services, _devices, _system);
    }

    /// <summary>Ids of the videos in work.</summary>
    public IReadOnlyList<string> Videos
    {
        get
        {
            lock (_gate) return [.. _sessions.Keys.Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>Ids of the conversations in memory.</summary>
    public IReadOnlyList<string> Conversations => _conversations.Warm;

    /// <summary>Works until <paramref name="drain"/> is cancelled, then hands over what is in work; what takes longer than the grace period is left to the broker.</summary>
    /// <returns>Whether everything was handed over in time.</returns>
    public async Task<bool> RunAsync(CancellationToken drain)
    {
        using var stop = new CancellationTokenSource();
        using var noLooking = CancellationTokenSource.CreateLinkedTokenSource(drain);
        var startedAt = _services.Time.GetUtcNow();
        _services.Log.Started(_settings.Name, _devices.Slots, string.Join(", ", _settings.Roles));
        var looking = LookAsync(noLooking.Token);
        var conversing = _conversations.RunAsync(noLooking.Token);
        var pumping = OutboxLoop.RunAsync(_services, noLooking.Token);
        var watching = DeadWatch.RunAsync(_services, noLooking.Token);
        // The enumeration must outlive the sessions: when it ends, what is in hand goes back to the queue.
        using var noWork = new CancellationTokenSource();
        var announcing = _services.Nodes is { } nodes ? PresenceLoop.RunAsync(nodes, () => Look(startedAt, noLooking.IsCancellationRequested), _services.Time, noWork.Token) : Task.CompletedTask;
        var kinds = _settings.Roles.Select(role => role == NodeRole.Keyframe ? WorkKind.Keyframes : WorkKind.Video).Concat([WorkKind.Video]).Distinct().ToArray();
        await using var deliveries = _services.Transport.ConsumeAsync(kinds, _devices.Slots, noWork.Token).GetAsyncEnumerator(CancellationToken.None);
        var returning = Task.CompletedTask;
        var drained = false;
        try
        {
            // What comes from now on is somebody else's, at once.
            if (await TakeAsync(deliveries, drain, stop.Token) is { } coming) returning = ReturnAsync(coming, deliveries);
        }
        finally
        {
            // Also when no more work can be had: what is in hand is handed over.
            await noLooking.CancelAsync();
            drained = await DrainAsync(stop) & await conversing;
            await noWork.CancelAsync();
            await returning;
            await looking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await pumping;
            await watching;
            await announcing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _services.Log.Stopped(_settings.Name);
        return drained;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _system.DisposeAsync();
        await _devices.DisposeAsync();
        await _digests.DisposeAsync();
        _free.Dispose();
    }

    /// <summary>What others may know of it.</summary>
    private NodePresence Look(DateTimeOffset startedAt, bool isDraining)
    {
        var now = _services.Time.GetUtcNow();
        HeldVideo[] videos;
        lock (_gate) videos = [.. _sessions.Values.Select(one => new HeldVideo(one.Session.Item.VideoId, now - Worked(one.Session))).OrderBy(video => video.Since)];
        return new NodePresence(
            _settings.Name, _settings.Roles, [.. _settings.Models.Keys.Order(StringComparer.Ordinal)], [.. _settings.Devices.Select(device => new PresentDevice(device.Device, device.Slots))],
            startedAt, isDraining, videos);
    }

    private ModelHost Load(ModelChoice model, string device) => new(model, device, _settings.Keyframes)
    {
        Looked = frames => _services.Metrics?.BatchDone(WorkStage.Ground, frames),
    };

    /// <summary>Begins sessions until told to drain. Returns the taking that was under way then, if any.</summary>
    private async Task<Task<bool>?> TakeAsync(IAsyncEnumerator<IWorkDelivery> deliveries, CancellationToken drain, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                await _free.WaitAsync(drain);
            }
            catch (OperationCanceledException)
            {
                return null;
            }

            var coming = deliveries.MoveNextAsync().AsTask();
            try
            {
                if (!await coming.WaitAsync(drain)) return null;
            }
            catch (OperationCanceledException) when (drain.IsCancellationRequested)
            {
                return coming;
            }

            await BeginAsync(deliveries.Current, stop);
        }
    }

    private async Task BeginAsync(IWorkDelivery delivery, CancellationToken stop)
    {
        // A second message of a video in work may be one that its priority has left behind: it must not take the place of the one that counts.
        if (Videos.Contains(delivery.Item.VideoId, StringComparer.Ordinal)
            && await new Patience(delivery.Item.VideoId, _services).TryAsync(() => _services.Jobs.ForgetMessageAsync(delivery.Item, stop), stop))
        {
            await delivery.AcknowledgeAsync(stop);
            _free.Release();
            return;
        }

        IWorkDelivery? older;
        lock (_gate)
        {
            var known = _sessions.GetValueOrDefault(delivery.Item.VideoId);
            older = known.Session?.Adopt(delivery);
            if (older is null)
            {
                // Where the video's last session is about to end, perhaps because it queued this very message, the next one begins after it.
                var session = new VideoSession(_settings, _services, _devices, _digests, _system, delivery);
                var before = known.Running ?? Task.CompletedTask;
                _sessions[delivery.Item.VideoId] = (session, Task.Run(() => SeeThroughAsync(before, session, stop), CancellationToken.None));
            }
        }

        if (older is null) return;
        await older.AcknowledgeAsync(stop);
        _free.Release();
    }

    private async Task SeeThroughAsync(Task before, VideoSession session, CancellationToken stop)
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
            _services.Log.SessionFailed(failure, session.Item.VideoId);
            await session.ReturnAsync(CancellationToken.None);
        }
        finally
        {
            lock (_gate)
            {
                if (_sessions.TryGetValue(session.Item.VideoId, out var latest) && latest.Session == session) _sessions.Remove(session.Item.VideoId);
            }

            _free.Release();
        }
    }

    private async Task<bool> DrainAsync(CancellationTokenSource stop)
    {
        (VideoSession Session, Task Running)[] left;
        lock (_gate) left = [.. _sessions.Values];
        _services.Log.Draining(_settings.Name, left.Length);
        foreach (var (session, _) in left) session.Yield(HandOverReason.Drain, "the node drains");
        var all = Task.WhenAll(left.Select(one => one.Running));
        try
        {
            await all.WaitAsync(_settings.Grace, _services.Time);
            return true;
        }
        catch (TimeoutException)
        {
            _services.Log.GraceIsOver(_settings.Name, _settings.Grace);
            await stop.CancelAsync();
            await all.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return false;
        }
    }

    private static async Task ReturnAsync(Task<bool> coming, IAsyncEnumerator<IWorkDelivery> deliveries)
    {
        if (await coming) await deliveries.Current.ReturnAsync(CancellationToken.None);
    }

    /// <summary>Ends slices while others wait, and makes room for what is more urgent.</summary>
    private async Task LookAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(LookEvery, _services.Time);
        while (await timer.WaitForNextTickAsync(stop))
        {
            try
            {
                await LookOnceAsync(stop);
            }
            catch (ServerUnavailableException)
            {
                // Nobody waits for a broker that is away.
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                _services.Log.LookFailed(failure);
            }
        }
    }

    private async Task LookOnceAsync(CancellationToken stop)
    {
        _devices.DropExpired();
        VideoSession[] living;
        lock (_gate) living = [.. _sessions.Values.Select(one => one.Session).Where(session => !session.IsYielding)];
        foreach (var session in living.Where(session => Worked(session) >= LongestHold)) session.Yield(HandOverReason.Slice, "it was worked on for long");
        if (_free.CurrentCount == 0 && living.Any(session => Worked(session) >= ShortestTurn)) MakeRoom(living, await _services.Transport.LengthsAsync(stop));
    }

    private void MakeRoom(VideoSession[] living, IReadOnlyList<QueueLength> lengths)
    {
        var waiting = lengths.Where(queue => queue.Waiting > 0 && (queue.Kind == WorkKind.Video || queue.Kind == WorkKind.Keyframes && _settings.Roles.Contains(NodeRole.Keyframe))).ToList();
        if (waiting.Count == 0) return;
        // Videos that only ever begin, turn by turn, would never end.
        foreach (var session in living.Where(session => Worked(session) >= _settings.Slice && session.GotSomewhere)) session.Yield(HandOverReason.Slice, "its slice is over");
        var urgent = waiting.Min(queue => queue.Priority);
        living.Where(session => !session.IsYielding && session.Item.Priority > urgent && Worked(session) >= LeastTurn)
            .MaxBy(session => session.Item.Priority)?.Yield(HandOverReason.Urgent, "more urgent work waits");
    }

    private TimeSpan ShortestTurn => _settings.Slice < LeastTurn ? _settings.Slice : LeastTurn;

    private TimeSpan Worked(VideoSession session) => _services.Time.GetElapsedTime(session.StartedAt);
}
