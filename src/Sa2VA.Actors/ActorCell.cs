using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Sa2VA.Actors;

/// <summary>What a parent or the system needs of a hosted actor, whatever its message type.</summary>
internal interface IActorCell
{
    string Path { get; }

    Task Terminated { get; }

    void RequestStop(bool drain);

    void ChildFailed(string child, Exception reason);
}

/// <summary>
/// Hosts one actor: its mailbox, its loop, its children, its restarts. The loop is the only writer of the instance,
/// the counts and the child list; other threads reach it by the mailbox, the stop flags and the failure queue.
/// </summary>
internal sealed class ActorCell<TMessage> : IActorCell
{
    private readonly Func<Actor<TMessage>> _factory;
    private readonly ActorOptions _options;
    private readonly IActorCell? _parent;
    private readonly Channel<Envelope<TMessage>> _mailbox;
    private readonly List<IActorCell> _children = [];

    // At most one entry per child of an incarnation, so it is bounded by their number.
    private readonly ConcurrentQueue<ChildFailedException> _childFailures = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _terminated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _childFailed = new(0);
    private volatile bool _stopped;

    public ActorCell(ActorSystem system, IActorCell? parent, string path, Func<Actor<TMessage>> factory, ActorOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.MailboxCapacity);
        (System, _parent, Path, _factory, _options) = (system, parent, path, factory, options);
        // Full means the sender waits: losing a message or growing without end are both worse than a slow sender.
        _mailbox = Channel.CreateBounded<Envelope<TMessage>>(
            new BoundedChannelOptions(options.MailboxCapacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
        Ref = new ActorRef<TMessage>(this);
        _ = _terminated.Task.ContinueWith(
            static t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
    }

    public ActorSystem System { get; }

    public string Path { get; }

    public ActorRef<TMessage> Ref { get; }

    public int Restarts { get; private set; }

    public Task Terminated => _terminated.Task;

    // The owner awaits the loop through Terminated, which RunAsync completes whatever happens.
    public void Start() => _ = Task.Run(RunAsync);

    public ActorRef<TChild> SpawnChild<TChild>(string name, Func<Actor<TChild>> factory, ActorOptions options)
    {
        var child = new ActorCell<TChild>(System, this, $"{Path}/{name}", factory, options);
        _children.RemoveAll(c => c.Terminated.IsCompleted);
        if (_children.Exists(c => c.Path == child.Path))
            throw new InvalidOperationException($"Actor '{Path}' already has a child named '{name}'; names of living siblings differ.");
        _children.Add(child);
        child.Start();
        return child.Ref;
    }

    public async ValueTask EnqueueAsync(Envelope<TMessage> envelope, CancellationToken cancellationToken)
    {
        try
        {
            await _mailbox.Writer.WriteAsync(envelope, cancellationToken);
        }
        catch (ChannelClosedException)
        {
            Bury(envelope);
        }
    }

    public bool TryEnqueue(Envelope<TMessage> envelope)
    {
        if (_mailbox.Writer.TryWrite(envelope)) return true;
        if (!_stopped && !_stopping.IsCancellationRequested) return false;
        Bury(envelope);
        return true;
    }

    public void RequestStop(bool drain)
    {
        _mailbox.Writer.TryComplete();
        if (!drain && !_stopped) _stopping.Cancel();
    }

    public void ChildFailed(string child, Exception reason)
    {
        _childFailures.Enqueue(new ChildFailedException(child, reason));
        _childFailed.Release();
    }

    private async Task RunAsync()
    {
        Exception? fatal;
        try
        {
            fatal = await SuperviseAsync();
        }
        catch (Exception unexpected)
        {
            fatal = unexpected;
        }

        Close(fatal);
    }

    /// <summary>Runs incarnation after incarnation; returns the failure it was given up for, or null after a stop.</summary>
    private async Task<Exception?> SuperviseAsync()
    {
        Exception? fatal = null;
        var restarts = default(RestartCount);
        var alive = true;
        while (alive)
        {
            var actor = default(Actor<TMessage>);
            var wanted = Directive.Stop;
            try
            {
                actor = _factory();
                actor.Context = new ActorContext<TMessage>(this);
                await actor.PreStartAsync(_stopping.Token);
                await HandleMessagesAsync(actor);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                // Told to stop: the message in hand was abandoned, as asked.
            }
            catch (Exception failure)
            {
                restarts = restarts.SeenAt(System.Time.GetUtcNow(), _options.Supervision.CalmAfter);
                wanted = _options.Supervision.Decide(failure, restarts.InARow);
                if (wanted == Directive.Resume) wanted = Directive.Restart; // a failed start has no state to go on with
                fatal = wanted == Directive.Restart ? null : failure;
                if (wanted != Directive.Restart) System.Log.GaveUp(failure, Path, wanted);
                else System.Log.Restarting(failure, Path, _options.Supervision.Backoff(restarts.InARow + 1), restarts.InARow + 1);
            }

            await StopIncarnationAsync(actor);
            alive = wanted == Directive.Restart && await BackOffAsync(restarts.InARow + 1);
            if (!alive && wanted == Directive.Escalate && fatal is not null) _parent?.ChildFailed(Path, fatal);
            restarts = restarts.Restarted();
            Restarts++;
        }

        return fatal;
    }

    private async Task HandleMessagesAsync(Actor<TMessage> actor)
    {
        while (true)
        {
            if (_childFailures.TryDequeue(out var escalated)) throw escalated;
            if (_mailbox.Reader.TryRead(out var envelope))
            {
                await HandleAsync(actor, envelope);
                _stopping.Token.ThrowIfCancellationRequested();
                continue;
            }

            if (_mailbox.Reader.Completion.IsCompleted) return;
            await WaitForSomethingAsync();
        }
    }

    private async Task HandleAsync(Actor<TMessage> actor, Envelope<TMessage> envelope)
    {
        try
        {
            await actor.ReceiveAsync(envelope.Message, _stopping.Token);
        }
        catch (Exception failure)
        {
            envelope.Reply?.Fail(failure);
            if (_stopping.IsCancellationRequested && failure is OperationCanceledException) throw;
            if (_options.Supervision.Decide(failure, restartsInARow: 0) != Directive.Resume) throw;
            System.Log.Resumed(failure, Path);
        }
    }

    /// <summary>Returns when the mailbox has a message or is closed, a child has failed, or the actor must stop.</summary>
    private async Task WaitForSomethingAsync()
    {
        using var woken = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        var failed = _childFailed.WaitAsync(woken.Token);
        var mail = _mailbox.Reader.WaitToReadAsync(woken.Token).AsTask();
        await Task.WhenAny(failed, mail);
        await woken.CancelAsync();
        await ((Task)mail).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await failed.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Token.ThrowIfCancellationRequested();
    }

    /// <summary>Children first, the youngest first: nobody outlives whom it may talk to.</summary>
    private async Task StopIncarnationAsync(Actor<TMessage>? actor)
    {
        for (var i = _children.Count - 1; i >= 0; i--)
        {
            _children[i].RequestStop(drain: false);
            await _children[i].Terminated.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _children.Clear();
        _childFailures.Clear(); // they were of children that are gone
        if (actor is null) return;
        try
        {
            await actor.PostStopAsync();
        }
        catch (Exception failure)
        {
            System.Log.FailedToStop(failure, Path);
        }
    }

    private async Task<bool> BackOffAsync(int attempt)
    {
        try
        {
            await Task.Delay(_options.Supervision.Backoff(attempt), System.Time, _stopping.Token);
            return true;
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            return false;
        }
    }

    private void Close(Exception? fatal)
    {
        _stopped = true;
        _mailbox.Writer.TryComplete();
        while (_mailbox.Reader.TryRead(out var left)) Bury(left);
        if (fatal is null) _terminated.TrySetResult();
        else _terminated.TrySetException(fatal);
    }

    private void Bury(Envelope<TMessage> envelope)
    {
        envelope.Reply?.Fail(new DeadLetterException(Path, envelope.Message?.GetType() ?? typeof(TMessage)));
        System.Publish(new DeadLetter(Path, envelope.Message));
        // A message that owns something hands it over by arriving; this one never will.
        (envelope.Message as IDisposable)?.Dispose();
    }
}
