using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sa2VA.Cluster.Settings;

/// <summary>Secrets in a file of settings: <c>{"file": "…"}</c> or <c>{"variable": "…"}</c>, never the secret itself.</summary>
public sealed class SecretJson : JsonConverter<Secret>
{
    /// <inheritdoc/>
    public override Secret Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject) throw Malformed();
        using var document = JsonDocument.ParseValue(ref reader);
        var members = document.RootElement.EnumerateObject().ToArray();
        return members is [{ Value.ValueKind: JsonValueKind.String } only]
            ? only.Name switch
            {
                "file" => Secret.FromFile(only.Value.GetString()!),
                "variable" => Secret.FromEnvironment(only.Value.GetString()!),
                _ => throw Malformed(),
            }
            : throw Malformed();
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Secret value, JsonSerializerOptions options)
        => throw new NotSupportedException("A secret is not written; write {\"file\": …} or {\"variable\": …}.");

    private static JsonException Malformed() => new("A secret is given as {\"file\": \"path\"} or {\"variable\": \"NAME\"}, never as text.");
}
