using System.Text.Json;
using System.Text.Json.Serialization;
using Sa2VA.Actors.Journaling;

namespace Sa2VA.Cluster.Videos;

/// <summary>Events and states of videos. Numbers are written so that they come back to the bit.</summary>
internal sealed class VideoCodec() : JsonEventCodec<Video, VideoEvent>("video-1", Json, "Use the program that wrote it, or an empty work folder.")
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };
}
