using System.Text.Json;
using System.Text.Json.Serialization;
using Sa2VA.Models.Weights;

namespace Sa2VA.Cluster.Runs;

/// <summary>A model in settings: <c>"models/Sa2VA-4B"</c>, or <c>{"folder": "models/Sa2VA-4B", "quantize": "int8"}</c>.</summary>
internal sealed class ModelChoiceJson : JsonConverter<ModelChoice>
{
    public override ModelChoice Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String) return ModelChoice.FromString(reader.GetString()!);
        var written = JsonSerializer.Deserialize<Written>(ref reader, options) ?? throw new JsonException("A model is a folder, or an object with one.");
        return new ModelChoice(written.Folder, new ModelVariant { Sam2 = written.Sam2, Quantize = written.Quantize, SelfFeedback = written.SelfFeedback });
    }

    public override void Write(Utf8JsonWriter writer, ModelChoice value, JsonSerializerOptions options)
    {
        if (value.Variant == ModelVariant.Plain) writer.WriteStringValue(value.Folder);
        else JsonSerializer.Serialize(writer, new Written(value.Folder, value.Variant.Sam2, value.Variant.Quantize, value.Variant.SelfFeedback), options);
    }

    private sealed record Written([property: JsonRequired] string Folder, string? Sam2 = null, Quantization Quantize = Quantization.None, bool SelfFeedback = false);
}
