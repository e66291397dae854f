using System.Text.Json;
using System.Text.Json.Serialization;
using Sa2VA.Actors.Journaling;

namespace Sa2VA.Cluster.Videos;

/// <summary>
/// Events and states as JSON. Numbers are written so that they come back to the bit.
/// </summary>
internal sealed class VideoCodec : IEventCodec<Video, VideoEvent>
{
    private const string StateType = "video-1";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public JournalEntry Encode(VideoEvent happened)
    {
        var payload = JsonSerializer.SerializeToUtf8Bytes(happened, Json);
        using var document = JsonDocument.Parse(payload);
        return new JournalEntry(document.RootElement.GetProperty("$type").GetString()!, payload);
    }

    public VideoEvent Decode(JournalRecord record)
    {
        try
        {
            return JsonSerializer.Deserialize<VideoEvent>(record.Payload.Span, Json)
                ?? throw new InvalidDataException($"Event {record.Sequence} in the journal is empty.");
        }
        catch (Exception failure) when (failure is JsonException or NotSupportedException)
        {
            throw new InvalidDataException(
                $"Event {record.Sequence} ('{record.Type}') in the journal is not one that this program knows: {failure.Message} Use the program that wrote it, or an empty work folder.", failure);
        }
    }

    public JournalSnapshot EncodeState(Video state, long sequence)
        => new(sequence, StateType, JsonSerializer.SerializeToUtf8Bytes(state, Json));

    // A state of another version is ignored: the events are all there.
    public Video? DecodeState(JournalSnapshot snapshot)
        => snapshot.Type == StateType ? JsonSerializer.Deserialize<Video>(snapshot.Payload.Span, Json) : null;
}
