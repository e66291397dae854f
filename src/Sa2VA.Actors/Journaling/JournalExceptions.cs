namespace Sa2VA.Actors.Journaling;

/// <summary>
/// A newer owner has claimed the id; nothing was written. Retrying cannot help: the holder of the stale epoch must stop.
/// </summary>
public sealed class FencedException(string persistenceId, long epoch, long current)
    : Exception($"'{persistenceId}' was taken over: this owner has epoch {epoch}, the current one is {current}. Nothing was written; stop this instance.")
{
    /// <summary>The epoch that is in force.</summary>
    public long CurrentEpoch { get; } = current;
}

/// <summary>
/// The history is not where the writer believes; nothing was written. The writer must read it again before it decides.
/// </summary>
public sealed class SequenceConflictException(string persistenceId, long expected, long actual)
    : Exception($"'{persistenceId}' has {actual} events, but the writer expected {expected}. Nothing was written; recover from the journal first.");
