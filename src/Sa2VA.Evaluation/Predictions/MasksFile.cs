using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sa2VA.Evaluation.Predictions;

/// <summary><c>masks.json</c> of <c>sa2va run</c>, as far as scores need it.</summary>
internal sealed record MasksFile(string Format, int Version, MasksFile.Source Video, IReadOnlyList<MasksFile.Tracked> Objects, IReadOnlyList<MasksFile.Frame> Frames)
{
    /// <summary>The name of the file in an output folder.</summary>
    public const string FileName = "masks.json";

    /// <summary>Enough for everything that comes before the objects: the sentences of a run come later.</summary>
    private const int HeadBytes = 4096;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Reads a file.</summary>
    /// <exception cref="EvaluationException">It is damaged or something else.</exception>
    public static MasksFile Read(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            var read = JsonSerializer.Deserialize<MasksFile>(file, Json);
            return read is { Format: "sa2va-masks", Version: 1 }
                ? read
                : throw new EvaluationException($"'{path}' is '{read?.Format}', version {read?.Version}; 'sa2va-masks', version 1, is read. Write it again with this program.");
        }
        catch (JsonException e)
        {
            throw new EvaluationException($"'{path}' is not what 'sa2va run' writes: {e.Message} Run it again.", e);
        }
    }

    /// <summary>The name of the video's file, from the first bytes of a <c>masks.json</c>; null when they do not tell.</summary>
    public static string? VideoOf(string path)
    {
        using var file = File.OpenRead(path);
        var head = new byte[HeadBytes];
        var reader = new Utf8JsonReader(head.AsSpan(0, file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)), isFinalBlock: false, default);
        try
        {
            while (reader.Read())
            {
                if (reader is { TokenType: JsonTokenType.PropertyName, CurrentDepth: 2 } && reader.ValueTextEquals("file") && reader.Read())
                    return reader.GetString();
            }
        }
        catch (JsonException)
        {
            // Not one of ours.
        }

        return null;
    }

    /// <summary>The video of the run.</summary>
    internal sealed record Source(string File, int Width, int Height);

    /// <summary>One object; its label is the sentence that it was found for.</summary>
    internal sealed record Tracked(int Id, string Label, string? Answer);

    /// <summary>One frame of the video, counted from 0.</summary>
    internal sealed record Frame([property: JsonPropertyName("frame")] int Index, IReadOnlyList<Mask> Masks);

    /// <summary>One object's mask on one frame.</summary>
    internal sealed record Mask(int Object, JsonElement Segmentation);
}
