using System.Text.Json;
using System.Text.Json.Serialization;
using Sa2VA.Actors.Journaling;

namespace Sa2VA.Cluster.Annotation.Actors;

/// <summary>Events and states as JSON; steps by their names.</summary>
internal sealed class AnnotationCodec : IEventCodec<VideoAnnotation, AnnotationEvent>
{
    private const string StateType = "video-annotation-1";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };

    public JournalEntry Encode(AnnotationEvent happened)
    {
        var payload = JsonSerializer.SerializeToUtf8Bytes(happened, Json);
        using var document = JsonDocument.Parse(payload);
        return new JournalEntry(document.RootElement.GetProperty("$type").GetString()!, payload);
    }

    public AnnotationEvent Decode(JournalRecord record)
    {
        try
        {
            return JsonSerializer.Deserialize<AnnotationEvent>(record.Payload.Span, Json)
                ?? throw new InvalidDataException($"Event {record.Sequence} in the journal is empty.");
        }
        catch (Exception failure) when (failure is JsonException or NotSupportedException)
        {
            throw new InvalidDataException(
                $"Event {record.Sequence} ('{record.Type}') in the journal is not one that this program knows: {failure.Message} Use the program that wrote it, or an empty folder.", failure);
        }
    }

    public JournalSnapshot EncodeState(VideoAnnotation state, long sequence) => new(sequence, StateType, JsonSerializer.SerializeToUtf8Bytes(state, Json));

    // A state of another version is ignored: the events are all there.
    public VideoAnnotation? DecodeState(JournalSnapshot snapshot)
        => snapshot.Type == StateType ? JsonSerializer.Deserialize<VideoAnnotation>(snapshot.Payload.Span, Json) : null;
}
