using System.Text.Json;

namespace Sa2VA.Actors.Journaling;

/// <summary>Events and states as JSON. The events' base type says by <c>JsonDerivedType</c> attributes what each kind is called.</summary>
/// <param name="stateType">Name and version of the states' form; a state of another is ignored, since the events are all there.</param>
/// <param name="json">How values are written; null for names in camel case.</param>
/// <param name="remedy">What to do about an event that is not known.</param>
public abstract class JsonEventCodec<TState, TEvent>(string stateType, JsonSerializerOptions? json = null, string remedy = "Use the program that wrote it, or an empty folder.")
    : IEventCodec<TState, TEvent>
    where TState : class
    where TEvent : class
{
    private readonly JsonSerializerOptions _json = json ?? JsonSerializerOptions.Web;

    /// <inheritdoc/>
    public JournalEntry Encode(TEvent happened)
    {
        var payload = JsonSerializer.SerializeToUtf8Bytes(happened, _json);
        using var document = JsonDocument.Parse(payload);
        return new JournalEntry(document.RootElement.GetProperty("$type").GetString()!, payload);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The event is damaged, or of a kind that is not known.</exception>
    public TEvent Decode(JournalRecord record)
    {
        try
        {
            return JsonSerializer.Deserialize<TEvent>(record.Payload.Span, _json)
                ?? throw new InvalidDataException($"Event {record.Sequence} in the journal is empty.");
        }
        catch (Exception failure) when (failure is JsonException or NotSupportedException)
        {
            throw new InvalidDataException($"Event {record.Sequence} ('{record.Type}') in the journal is not one that this program knows: {failure.Message} {remedy}", failure);
        }
    }

    /// <inheritdoc/>
    public JournalSnapshot EncodeState(TState state, long sequence) => new(sequence, stateType, JsonSerializer.SerializeToUtf8Bytes(state, _json));

    /// <inheritdoc/>
    public TState? DecodeState(JournalSnapshot snapshot)
        => snapshot.Type == stateType ? JsonSerializer.Deserialize<TState>(snapshot.Payload.Span, _json) : null;
}
