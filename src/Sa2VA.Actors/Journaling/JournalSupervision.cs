namespace Sa2VA.Actors.Journaling;

/// <summary>Supervision for event-sourced actors.</summary>
public static class JournalSupervision
{
    /// <summary>
    /// An owner that was replaced stops; anything else restarts it, which recovers from the journal and so also heals
    /// a sequence conflict and an append of unknown outcome.
    /// </summary>
    public static SupervisionStrategy Default { get; } = SupervisionStrategy.Default with
    {
        Decider = static failure => failure is FencedException ? Directive.Stop : Directive.Restart,
    };
}
