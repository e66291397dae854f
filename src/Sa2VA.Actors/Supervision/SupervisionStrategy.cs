namespace Sa2VA.Actors;

/// <summary>What to do with an actor that threw.</summary>
public enum Directive
{
    /// <summary>Keep its state and go on with the next message.</summary>
    Resume,

    /// <summary>Wait the back-off, make a new instance and go on with the next message.</summary>
    Restart,

    /// <summary>Stop it for good.</summary>
    Stop,

    /// <summary>Stop it and let the parent's strategy decide about the parent.</summary>
    Escalate,
}

/// <summary>
/// Decides about failures, and how fast and how often an actor may come back. Pure: the host keeps the counts.
/// </summary>
public sealed record SupervisionStrategy
{
    /// <summary>Restart with back-off from 100 ms to 30 s, at most ten times without a calm minute in between.</summary>
    public static SupervisionStrategy Default { get; } = new();

    /// <summary>Any failure stops the actor.</summary>
    public static SupervisionStrategy StopOnFailure { get; } = new() { Decider = static _ => Directive.Stop };

    /// <summary>Any failure is the parent's.</summary>
    public static SupervisionStrategy EscalateOnFailure { get; } = new() { Decider = static _ => Directive.Escalate };

    /// <summary>Maps a failure to what happens. Default: always <see cref="Directive.Restart"/>.</summary>
    public Func<Exception, Directive> Decider { get; init; } = static _ => Directive.Restart;

    /// <summary>Restarts in a row before giving up. Default 10.</summary>
    public int MaxRestarts { get; init; } = 10;

    /// <summary>Time without a failure after which the count starts again. Default one minute.</summary>
    public TimeSpan CalmAfter { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Wait before the first restart in a row; doubles with each. Default 100 ms.</summary>
    public TimeSpan MinBackoff { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest wait. Default 30 s.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What follows when <see cref="MaxRestarts"/> is used up: stop (default) or escalate.</summary>
    public Directive WhenExhausted { get; init; } = Directive.Stop;

    /// <summary>The wait before restart number <paramref name="attempt"/> in a row, counted from 1.</summary>
    public TimeSpan Backoff(int attempt)
    {
        // 2^30 of any useful minimum is past every maximum; the clamp only keeps the shift defined.
        var factor = 1L << Math.Clamp(attempt - 1, 0, 30);
        var ticks = MinBackoff.Ticks > long.MaxValue / factor ? long.MaxValue : MinBackoff.Ticks * factor;
        return TimeSpan.FromTicks(Math.Min(ticks, MaxBackoff.Ticks));
    }

    /// <summary>The directive for a failure, given how many restarts in a row came before it.</summary>
    public Directive Decide(Exception failure, int restartsInARow)
    {
        var wanted = Decider(failure);
        return wanted == Directive.Restart && restartsInARow >= MaxRestarts ? WhenExhausted : wanted;
    }
}
