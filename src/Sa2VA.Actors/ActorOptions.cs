namespace Sa2VA.Actors;

/// <summary>How an actor is hosted.</summary>
public sealed record ActorOptions
{
    /// <summary>Messages that may wait before <see cref="ActorRef{T}.TellAsync"/> makes its caller wait. Default 64.</summary>
    public int MailboxCapacity { get; init; } = 64;

    /// <summary>What to do when the actor throws. Default: restart with back-off, ten times at most.</summary>
    public SupervisionStrategy Supervision { get; init; } = SupervisionStrategy.Default;
}
