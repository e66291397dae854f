namespace Sa2VA.Actors.Journaling;

/// <summary>
/// Turns events and states into bytes and back. Type names are stable: a stored one is understood for ever.
/// </summary>
public interface IEventCodec<TState, TEvent>
{
    /// <summary>The stored form of an event.</summary>
    JournalEntry Encode(TEvent happened);

    /// <summary>The event that a stored form stands for; unknown types are an error that names the type.</summary>
    TEvent Decode(JournalRecord record);

    /// <summary>The stored form of a state after event number <paramref name="sequence"/>.</summary>
    JournalSnapshot EncodeState(TState state, long sequence);

    /// <summary>The state of a snapshot, or null when its format is one that this version no longer reads.</summary>
    TState? DecodeState(JournalSnapshot snapshot);
}
