using System.Text;

namespace Sa2VA.Cluster.FaultTests;

/// <summary>A span as a collector gets it.</summary>
/// <param name="Instance">The process that sent it.</param>
/// <param name="TraceId">In hexadecimal digits, as all ids.</param>
/// <param name="Id">Its own.</param>
/// <param name="Parent">Of the span that it is a part of; empty for the first one.</param>
/// <param name="Name">What was done.</param>
/// <param name="Tags">Its attributes that are texts.</param>
internal sealed record Span(string Instance, string TraceId, string Id, string Parent, string Name, IReadOnlyDictionary<string, string> Tags)
{
    /// <summary>The spans of an <c>ExportTraceServiceRequest</c>, by the numbers of the fields in OpenTelemetry's .proto files.</summary>
    public static IEnumerable<Span> Read(ReadOnlyMemory<byte> request)
    {
        foreach (var resourceSpans in Fields(request, 1))
        {
            var instance = Fields(resourceSpans, 1).SelectMany(resource => Fields(resource, 1)).Select(Tag).Single(tag => tag.Key == "service.instance.id").Value;
            foreach (var span in Fields(resourceSpans, 2).SelectMany(scope => Fields(scope, 2)))
            {
                yield return new Span(
                    instance, Hex(span, 1), Hex(span, 2), Hex(span, 4), Encoding.UTF8.GetString(Fields(span, 5).Single().Span),
                    new Dictionary<string, string>(Fields(span, 9).Select(Tag)));
            }
        }
    }

    private static KeyValuePair<string, string> Tag(ReadOnlyMemory<byte> attribute) => new(
        Encoding.UTF8.GetString(Fields(attribute, 1).Single().Span),
        Fields(attribute, 2).SelectMany(value => Fields(value, 1)).Select(text => Encoding.UTF8.GetString(text.Span)).FirstOrDefault(""));

    private static string Hex(ReadOnlyMemory<byte> message, int field) => Convert.ToHexStringLower(Fields(message, field).FirstOrDefault().Span);

    /// <summary>The contents of a field that has a length.</summary>
    private static List<ReadOnlyMemory<byte>> Fields(ReadOnlyMemory<byte> message, int field)
    {
        var found = new List<ReadOnlyMemory<byte>>();
        while (!message.IsEmpty)
        {
            var key = Varint(ref message);
            var length = (int)(key & 7) switch
            {
                0 => Skip(ref message),
                1 => 8,
                2 => (int)Varint(ref message),
                5 => 4,
                var type => throw new FormatException($"There is no wire type {type}."),
            };
            if (key >> 3 == (ulong)field && (key & 7) == 2) found.Add(message[..length]);
            message = message[length..];
        }

        return found;
    }

    private static int Skip(ref ReadOnlyMemory<byte> message)
    {
        Varint(ref message);
        return 0;
    }

    private static ulong Varint(ref ReadOnlyMemory<byte> message)
    {
        var (value, shift) = (0ul, 0);
        for (; ; shift += 7)
        {
            var next = message.Span[0];
            message = message[1..];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80) return value;
        }
    }
}
