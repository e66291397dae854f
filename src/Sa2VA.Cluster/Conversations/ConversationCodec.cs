using System.Text.Json;
using Sa2VA.Actors.Journaling;

namespace Sa2VA.Cluster.Conversations;

/// <summary>Events and states as JSON.</summary>
internal sealed class ConversationCodec : IEventCodec<ConversationState, ConversationEvent>
{
    private const string StateType = "conversation-1";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public JournalEntry Encode(ConversationEvent happened)
    {
        var payload = JsonSerializer.SerializeToUtf8Bytes(happened, Json);
        using var document = JsonDocument.Parse(payload);
        return new JournalEntry(document.RootElement.GetProperty("$type").GetString()!, payload);
    }

    public ConversationEvent Decode(JournalRecord record)
    {
        try
        {
            return JsonSerializer.Deserialize<ConversationEvent>(record.Payload.Span, Json)
                ?? throw new InvalidDataException($"Event {record.Sequence} in the journal is empty.");
        }
        catch (Exception failure) when (failure is JsonException or NotSupportedException)
        {
            throw new InvalidDataException(
                $"Event {record.Sequence} ('{record.Type}') in the journal is not one that this program knows: {failure.Message} Use the program that wrote it.", failure);
        }
    }

    public JournalSnapshot EncodeState(ConversationState state, long sequence) => new(sequence, StateType, JsonSerializer.SerializeToUtf8Bytes(state, Json));

    // A state of another version is ignored: the events are all there.
    public ConversationState? DecodeState(JournalSnapshot snapshot)
        => snapshot.Type == StateType ? JsonSerializer.Deserialize<ConversationState>(snapshot.Payload.Span, Json) : null;
}
