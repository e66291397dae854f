using System.Text.Json;
using System.Text.Json.Serialization;
using Sa2VA.Actors.Journaling;

namespace Sa2VA.Cluster.Annotation.Actors;

/// <summary>Events and states of annotations; steps by their names.</summary>
internal sealed class AnnotationCodec() : JsonEventCodec<VideoAnnotation, AnnotationEvent>("video-annotation-1", Json)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };
}
