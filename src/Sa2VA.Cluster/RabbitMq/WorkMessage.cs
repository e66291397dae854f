using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.RabbitMq;

/// <summary>
/// Work as JSON: <c>{"v":1,"videoId":"job-1","priority":"normal","kind":"video","traceParent":null}</c>. Fields that a later version adds
/// are passed over; another <c>v</c> is not read.
/// </summary>
internal static class WorkMessage
{
    /// <summary>The AMQP property <c>type</c> of such a message.</summary>
    public const string Type = "sa2va.work";

    /// <summary>Stands for the id of work that cannot be read. No video has it: ids are of letters, digits and '-'.</summary>
    public const string Unreadable = "(unreadable)";

    private const int Version = 1;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    public static byte[] Write(WorkItem item)
        => JsonSerializer.SerializeToUtf8Bytes(new Body(Version, item.VideoId, item.Priority, item.Kind, item.TraceParent), Json);

    /// <summary>Reads work, or says in <paramref name="problem"/> why it is none.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out WorkItem? item, [NotNullWhen(false)] out string? problem)
    {
        (item, problem) = Read(bytes);
        return item is not null;
    }

    private static (WorkItem? Item, string? Problem) Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize<Body>(bytes.Span, Json) switch
            {
                null => (null, Problem(bytes, "it is null.")),
                { V: not Version } other => (null, Problem(bytes, $"its version is {other.V}, this program reads {Version}.")),
                { VideoId: null or "" } => (null, Problem(bytes, "it has no videoId.")),
                var body => (new WorkItem(body.VideoId, body.Priority, body.Kind, body.TraceParent), null),
            };
        }
        catch (JsonException failure)
        {
            return (null, Problem(bytes, failure.Message));
        }
    }

    private static string Problem(ReadOnlyMemory<byte> bytes, string why)
        => $"The message is not work that this program can read: {why} It begins with: {Encoding.UTF8.GetString(bytes.Span[..Math.Min(bytes.Length, 200)])}";

    private sealed record Body(
        [property: JsonRequired] int V,
        [property: JsonRequired] string VideoId,
        [property: JsonRequired] WorkPriority Priority,
        [property: JsonRequired] WorkKind Kind,
        string? TraceParent = null);
}
