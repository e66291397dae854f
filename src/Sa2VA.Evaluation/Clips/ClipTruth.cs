using System.Text.Json;
using Sa2VA.Datasets;

namespace Sa2VA.Evaluation.Clips;

/// <summary>
/// A single clip whose truth is one JSON file, beside the video it is about: what ships as a sample. <c>docs/evaluation.md</c> describes
/// the file. The expressions without a mask on any frame are the absent ones.
/// </summary>
public sealed class ClipTruth : IReferringDataset
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    private ClipTruth(string path, ClipTruthFile file)
    {
        Name = Path.GetFileName(path);
        Videos = [new ClipVideo(path, file)];
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public IReadOnlyList<ReferringVideo> Videos { get; }

    /// <summary>Opens a file.</summary>
    /// <exception cref="DatasetException">There is no such file, or it is damaged.</exception>
    public static ClipTruth Open(string path)
    {
        if (!File.Exists(path)) throw new DatasetException($"There is no file '{path}' with the truth about a clip.");
        try
        {
            using var stream = File.OpenRead(path);
            var file = JsonSerializer.Deserialize<ClipTruthFile>(stream, Json) ?? throw new JsonException("The file holds null.");
            file.Check(path);
            return new ClipTruth(path, file);
        }
        catch (JsonException e)
        {
            throw new DatasetException($"'{path}' does not hold the truth about a clip: {e.Message}", e);
        }
    }
}
