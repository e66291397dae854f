using Microsoft.Extensions.Logging;

namespace Sa2VA.Actors;

/// <summary>What an actor may use of its host: its own reference, its children, the clock and the log.</summary>
public sealed class ActorContext<TMessage>
{
    private readonly ActorCell<TMessage> _cell;

    internal ActorContext(ActorCell<TMessage> cell) => _cell = cell;

    /// <summary>A reference to this actor; survives restarts.</summary>
    public ActorRef<TMessage> Self => _cell.Ref;

    /// <summary>The clock of the system; never <see cref="DateTime.UtcNow"/>.</summary>
    public TimeProvider Time => _cell.System.Time;

    /// <summary>The system's log.</summary>
    public ILogger Log => _cell.System.Log;

    /// <summary>Number of restarts since the actor was spawned.</summary>
    public int Restarts => _cell.Restarts;

    /// <summary>Starts a child. It is stopped before this actor stops or restarts, the youngest first.</summary>
    public ActorRef<TChild> Spawn<TChild>(string name, Func<Actor<TChild>> factory, ActorOptions? options = null)
        => _cell.SpawnChild(name, factory, options ?? new ActorOptions());

    /// <summary>Asks this actor to stop once the current message is done; what is left in the mailbox becomes dead letters.</summary>
    public void StopSelf() => _cell.RequestStop(drain: false);
}
