namespace Sa2VA.Actors;

/// <summary>Restarts in a row: a failure after a calm period starts the count again.</summary>
internal readonly record struct RestartCount(int InARow, DateTimeOffset LastFailure)
{
    public RestartCount SeenAt(DateTimeOffset now, TimeSpan calmAfter)
        => new(InARow > 0 && now - LastFailure >= calmAfter ? 0 : InARow, now);

    public RestartCount Restarted() => this with { InARow = InARow + 1 };
}
