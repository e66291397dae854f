namespace Sa2VA.Actors;

/// <summary>
/// Behaviour with private state that handles one message at a time. The host calls every method from one logical
/// thread: <see cref="PreStartAsync"/>, then <see cref="ReceiveAsync"/> per message, then <see cref="PostStopAsync"/>.
/// An exception from any of them is a failure that the <see cref="SupervisionStrategy"/> decides on; a restart makes
/// a fresh instance from the factory, so state that must survive belongs in a journal.
/// </summary>
public abstract class Actor<TMessage>
{
    /// <summary>The actor's own surroundings; set before <see cref="PreStartAsync"/>.</summary>
    public ActorContext<TMessage> Context { get; internal set; } = null!;

    /// <summary>Called once per incarnation before the first message.</summary>
    public virtual ValueTask PreStartAsync(CancellationToken cancellationToken) => default;

    /// <summary>Handles one message. The token is cancelled when the actor is told to stop without draining.</summary>
    public abstract ValueTask ReceiveAsync(TMessage message, CancellationToken cancellationToken);

    /// <summary>Called once per incarnation, after its children have stopped, also when it failed. Releases what it owns.</summary>
    public virtual ValueTask PostStopAsync() => default;
}
