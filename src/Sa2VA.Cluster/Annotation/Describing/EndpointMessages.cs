using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Sa2VA.Cluster.Annotation.Describing;

/// <summary>Requests and answers of chat completions as JSON. Pure.</summary>
internal static class EndpointMessages
{
    private const int LongestMessage = 500;

    /// <summary>The body of a request: the text, then the pictures as JPEG in data addresses.</summary>
    public static byte[] Request(EndpointOptions options, string text, IReadOnlyList<byte[]> pictures, int maxTokens)
    {
        var body = new ArrayBufferWriter<byte>(1024 + pictures.Sum(picture => picture.Length * 4 / 3 + 128));
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("model", options.Model);
            json.WriteStartArray("messages");
            json.WriteStartObject();
            json.WriteString("role", "user");
            WriteContent(json, text, pictures);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteNumber(options.TokenField == TokenField.MaxTokens ? "max_tokens" : "max_completion_tokens", maxTokens);
            if (options.Temperature is { } temperature) json.WriteNumber("temperature", temperature);
            json.WriteEndObject();
        }

        return body.WrittenSpan.ToArray();
    }

    /// <summary>What an answer says; null when it is no chat completion.</summary>
    /// <exception cref="DescriberException">The model, or the server before it, refused to answer.</exception>
    public static DescriberAnswer? Answer(ReadOnlySpan<byte> body)
    {
        if (Parse(body) is not { } document) return null;
        using (document)
        {
            if (Member(document.RootElement, "choices") is not { ValueKind: JsonValueKind.Array } choices || choices.GetArrayLength() == 0) return null;
            var choice = choices[0];
            if (Member(choice, "message") is not { ValueKind: JsonValueKind.Object } message) return null;
            var reason = Text(choice, "finish_reason");
            if (Text(message, "refusal") is { Length: > 0 } refusal)
                throw new DescriberException(DescriberFailure.Refused, $"The model refused to answer: {Shown(refusal)}");
            if (reason == "content_filter")
                throw new DescriberException(DescriberFailure.Refused, "The server's content filter held the answer back.");
            return Content(message) is { } text ? new DescriberAnswer(text, reason != "length") : null;
        }
    }

    /// <summary>What a server says about a refusal, and its code: data, shortened and on one line.</summary>
    public static (string Message, string? Code) Refusal(ReadOnlySpan<byte> body)
    {
        if (Parse(body) is { } document)
        {
            using (document)
            {
                var root = document.RootElement;
                var error = Member(root, "error") is { ValueKind: JsonValueKind.Object } inner ? inner : root;
                if ((Text(error, "message") ?? Text(root, "error") ?? Text(root, "detail")) is { Length: > 0 } message)
                    return (Shown(message), Text(error, "code") ?? Text(error, "type"));
            }
        }

        return (Shown(Encoding.UTF8.GetString(body)), null);
    }

    private static void WriteContent(Utf8JsonWriter json, string text, IReadOnlyList<byte[]> pictures)
    {
        // A server for texts alone may know nothing of lists.
        if (pictures.Count == 0)
        {
            json.WriteString("content", text);
            return;
        }

        json.WriteStartArray("content");
        json.WriteStartObject();
        json.WriteString("type", "text");
        json.WriteString("text", text);
        json.WriteEndObject();
        foreach (var picture in pictures)
        {
            json.WriteStartObject();
            json.WriteString("type", "image_url");
            json.WriteStartObject("image_url");
            json.WriteString("url", "data:image/jpeg;base64," + Convert.ToBase64String(picture));
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    // Some servers answer with parts, as questions have them.
    private static string? Content(JsonElement message) => Member(message, "content") switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { ValueKind: JsonValueKind.Array } parts => string.Concat(parts.EnumerateArray().Select(part => Text(part, "text"))),
        { ValueKind: JsonValueKind.Null } => "",
        _ => null,
    };

    private static JsonDocument? Parse(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        try
        {
            return JsonDocument.TryParseValue(ref reader, out var document) ? document : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static JsonElement? Member(JsonElement parent, string name) => parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) ? value : null;

    private static string? Text(JsonElement parent, string name) => Member(parent, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    private static string Shown(string message)
    {
        var line = string.Join(' ', string.Concat(message.Select(c => char.IsControl(c) ? ' ' : c)).Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return line.Length switch { 0 => "(no message)", > LongestMessage => line[..LongestMessage] + "...", _ => line };
    }
}
