using Sa2VA.Actors;
using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Progress;
using Sa2VA.Cluster.Settings;
using Sa2VA.Cluster.Telemetry;
using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.Conversations;

/// <summary>
/// A node's stay with one conversation, from the wake-up to its settlement. The wake-up is held for as long as the conversation is in memory: were
/// the node lost, the broker would give it to another. It is acknowledged only when nothing waits for an answer and this node is still the owner,
/// and returned otherwise.
/// </summary>
internal sealed class ConversationSession
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly NodeServices _services;
    private readonly ActorSystem _system;
    private readonly HeldDelivery _delivery;
    private readonly ConversationSitting _sitting;
    private readonly Lock _gate = new();
    private volatile ActorRef<ConversationCommand>? _actor;
    private LetGoReason? _reason;

    public ConversationSession(ConversationPlace place, int maxAttempts, NodeServices services, ActorSystem system, IWorkDelivery delivery, Action changed)
    {
        (_services, _system, _delivery) = (services, system, new HeldDelivery(delivery));
        StartedAt = services.Time.GetTimestamp();
        var id = delivery.Item.VideoId;
        _sitting = new ConversationSitting(id, place.Node, maxAttempts, services.Time)
        {
            Worker = (sitting, conversation) => services.Converser(place, sitting, conversation), Tell = happened => Tell(id, happened), Changed = changed,
        };
    }

    /// <summary>The conversation.</summary>
    public string Id => _sitting.ConversationId;

    /// <summary>When the wake-up was taken, by the clock's timestamps.</summary>
    public long StartedAt { get; }

    /// <summary>When it was of use last, by the clock's timestamps.</summary>
    public long LastUsed => _sitting.LastUsed;

    /// <summary>Bytes that it takes beside its model.</summary>
    public long Bytes => _sitting.Bytes;

    /// <summary>Whether something was answered, and nothing is now.</summary>
    public bool IsIdle => _sitting.HasAnswered && !IsLeaving && !_sitting.IsAnswering;

    /// <summary>Whether it is to rest, and has not yet.</summary>
    public bool IsLeaving => Reason is not null;

    private LetGoReason? Reason
    {
        get
        {
            lock (_gate) return _reason;
        }

        set
        {
            lock (_gate) _reason = value;
        }
    }

    /// <summary>Lets it rest as soon as nothing is being answered.</summary>
    public void LetGo(LetGoReason reason)
    {
        lock (_gate) _reason ??= reason;
        if (reason == LetGoReason.Forgotten) _sitting.StopAnswer();
        _sitting.Rest(isDraining: reason is LetGoReason.Drain or LetGoReason.Held or LetGoReason.Forgotten);
    }

    /// <summary>See <see cref="HeldDelivery.Adopt"/>. A second wake-up may say that this node was replaced, and has not noticed.</summary>
    public IWorkDelivery? Adopt(IWorkDelivery delivery)
    {
        if (_delivery.Adopt(delivery) is not { } older) return null;
        // One with more mail than it can take finds out by itself, when it writes.
        _actor?.TryTell(new ConversationCommand.Check());
        return older;
    }

    /// <summary>Puts the wake-up back.</summary>
    public ValueTask ReturnAsync(CancellationToken cancellationToken) => _delivery.Settling().ReturnAsync(cancellationToken);

    /// <summary>Stays until the wake-up is settled. Cancelling leaves it unsettled: the broker delivers it again.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var sitting = _sitting;
        using var span = ClusterTracing.StartWork(_delivery.Item, _sitting.Owner);
        try
        {
            // Somebody who has it has a wake-up of his own, or gives it back when he learns from this letter that he was replaced.
            if (await _services.Conversations!.FindAsync(Id, stop) is null
                || await _services.Transport.SendAsync(ConversationLetter.KeyOf(Id), new ConversationLetter.Wake().ToBytes(), stop))
            {
                _services.Log.WakeUpForgotten(Id);
                await _delivery.Settling().AcknowledgeAsync(stop);
                return;
            }

            _services.Log.ConversationTaken(Id);
            var failure = await SitAsync(stop);
            stop.ThrowIfCancellationRequested();
            await SettleAsync(failure, stop);
        }
        catch (Exception away) when (ServerUnavailableException.Is(away))
        {
            await ReturnLaterAsync(away.Message, stop);
        }
    }

    private async Task<Exception?> SitAsync(CancellationToken stop)
    {
        var actor = _actor = _system.Spawn($"conversation-{Id}", () => new ConversationActor(_services.Journal, _sitting), ConversationActor.Options);
        try
        {
            do
            {
                // Letters are let in and read to the last one before it rests, so that none is lost.
                await using var mail = await _services.Transport.BindAsync(ConversationLetter.KeyOf(Id), (letter, cancel) => ReadAsync(actor, letter, cancel), stop);
                await Task.WhenAny(_sitting.MayRest, actor.Terminated).WaitAsync(stop);
            }
            while (!actor.Terminated.IsCompleted && !await RestAsync(actor, stop));
        }
        finally
        {
            await actor.StopAsync(drain: false, CancellationToken.None);
        }

        return Innermost(actor.Terminated.Exception);
    }

    private async Task<bool> RestAsync(ActorRef<ConversationCommand> actor, CancellationToken stop)
    {
        try
        {
            if (await actor.AskAsync<bool>(reply => new ConversationCommand.Rest(reply), Patience, stop)) return true;
        }
        catch (DeadLetterException)
        {
            return true;
        }

        if (!_sitting.IsDraining) Reason = null;
        _sitting.GoOn();
        return false;
    }

    private async ValueTask ReadAsync(ActorRef<ConversationCommand> actor, ReadOnlyMemory<byte> letter, CancellationToken cancellationToken)
    {
        switch (ConversationLetter.Parse(letter))
        {
            case ConversationLetter.Ask(var id, var text, var asksForMask):
                await actor.TellAsync(new ConversationCommand.Ask(id, text, asksForMask, Wake: false), cancellationToken);
                break;
            case ConversationLetter.Stop(var id):
                await actor.TellAsync(new ConversationCommand.Stop(id), cancellationToken);
                break;
            case ConversationLetter.Wake:
                await actor.TellAsync(new ConversationCommand.Check(), cancellationToken);
                break;
            case ConversationLetter.Forget:
                LetGo(LetGoReason.Forgotten);
                break;
        }
    }

    private async Task SettleAsync(Exception? failure, CancellationToken stop)
    {
        switch (failure)
        {
            case null:
                var head = await _services.Journal.HeadAsync(ConversationHistory.IdOf(Id), stop);
                var why = Reason ?? LetGoReason.Idle;
                _services.Metrics?.ConversationLetGo(why);
                _services.Log.ConversationRests(Id, why.ToString().ToLowerInvariant());
                // Whoever asks from now on finds nobody, and leaves a wake-up of his own.
                if (_sitting.Open == 0 && head.Epoch == _sitting.Epoch) await _delivery.Settling().AcknowledgeAsync(stop);
                else await ReturnAsync(stop);
                break;
            case FencedException:
                _services.Log.ConversationTakenOver(Id);
                await ReturnAsync(stop);
                break;
            default:
                await ReturnLaterAsync($"{failure.Message} ({failure.GetType().Name}).", stop);
                break;
        }
    }

    private async Task ReturnLaterAsync(string reason, CancellationToken stop)
    {
        _services.Log.ConversationStopped(Id, reason);
        var pause = Nodes.Patience.FirstWait * Math.Pow(2, Math.Min(_sitting.Attempts, 6));
        await Task.Delay(pause, _services.Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await ReturnAsync(CancellationToken.None);
    }

    private void Tell(string id, JobEvent happened)
    {
        _services.News(id, happened);
        if (happened.Type == ConversationNews.TurnOver) _services.Metrics?.TurnOver(ConversationNews.StateOf(happened));
        else if (happened.Type == ConversationNews.AnswerBegan && ConversationNews.IsRestart(happened)) _services.Metrics?.AnswerRestarted();
    }

    private static Exception? Innermost(AggregateException? aggregate)
    {
        var failure = aggregate?.InnerException;
        while (failure is ChildFailedException { InnerException: { } inner }) failure = inner;
        return failure;
    }
}
