using System.Text.Json;
using Sa2VA.Actors.Journaling;

namespace Sa2VA.Cluster.ObjectSessions;

/// <summary>Events and states as JSON.</summary>
internal sealed class ObjectSessionCodec : IEventCodec<ObjectMemory, ObjectSessionEvent>
{
    private const string StateType = "object-memory-1";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public JournalEntry Encode(ObjectSessionEvent happened)
    {
        var payload = JsonSerializer.SerializeToUtf8Bytes(happened, Json);
        using var document = JsonDocument.Parse(payload);
        return new JournalEntry(document.RootElement.GetProperty("$type").GetString()!, payload);
    }

    public ObjectSessionEvent Decode(JournalRecord record)
    {
        try
        {
            return JsonSerializer.Deserialize<ObjectSessionEvent>(record.Payload.Span, Json)
                ?? throw new InvalidDataException($"Event {record.Sequence} in the journal is empty.");
        }
        catch (Exception failure) when (failure is JsonException or NotSupportedException)
        {
            throw new InvalidDataException(
                $"Event {record.Sequence} ('{record.Type}') in the journal is not one that this program knows: {failure.Message} Use the program that wrote it, or an empty folder.", failure);
        }
    }

    public JournalSnapshot EncodeState(ObjectMemory state, long sequence) => new(sequence, StateType, JsonSerializer.SerializeToUtf8Bytes(state, Json));

    // A state of another version is ignored: the events are all there.
    public ObjectMemory? DecodeState(JournalSnapshot snapshot)
        => snapshot.Type == StateType ? JsonSerializer.Deserialize<ObjectMemory>(snapshot.Payload.Span, Json) : null;
}
