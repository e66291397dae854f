using System.Globalization;
using System.Text.Json;
using Sa2VA.Cluster.Exports;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cluster.Annotation.Datasets;

/// <summary>
/// Writes the layout of Ref-SAV: <c>meta_expressions_SPLIT.json</c>, <c>mask_dict.json</c>, and beside them <c>annotations.json</c> with everything that
/// led to it. Files appear whole.
/// </summary>
internal static class AnnotationDataset
{
    private const int LongType = 0;
    private const int ShortType = 1;
    private const int FlushBytes = 1 << 20;

    /// <summary>Writes all files and says which they are. Without any object that is kept there is no dataset, only the report.</summary>
    public static async Task<IReadOnlyList<string>> WriteAsync(
        AnnotationRequest request, IReadOnlyList<(ExportVideo Source, AnnotatedVideo Video)> videos, CancellationToken cancellationToken)
    {
        var expressions = Path.Combine(request.OutputFolder, $"meta_expressions_{request.Split}.json");
        var (masks, report) = (Path.Combine(request.OutputFolder, "mask_dict.json"), Path.Combine(request.OutputFolder, "annotations.json"));
        var numbers = Numbers(videos);
        ExportFiles.Write(report, stream => AnnotationReport.Write(stream, request, videos, numbers));
        if (numbers.Count == 0)
        {
            // Those of an earlier sitting with other rules would pass for what is true now.
            File.Delete(expressions);
            File.Delete(masks);
            return [report];
        }

        ExportFiles.Write(expressions, stream => WriteExpressions(stream, videos, numbers));
        await WriteMasksAsync(masks, videos, numbers, cancellationToken);
        return request.WriteFrames ? [expressions, masks, Path.Combine(request.OutputFolder, DatasetFrames.Folder), report] : [expressions, masks, report];
    }

    /// <summary>The number of each object's masks, counted over the dataset.</summary>
    private static Dictionary<(string Video, int ObjectId), int> Numbers(IReadOnlyList<(ExportVideo Source, AnnotatedVideo Video)> videos) =>
        videos.SelectMany(one => one.Video.Objects.Where(found => found.IsKept).Select(found => (one.Video.Name, found.Plan.Object.Id)))
            .Index().ToDictionary(one => one.Item, one => one.Index);

    private static void WriteExpressions(Stream stream, IReadOnlyList<(ExportVideo Source, AnnotatedVideo Video)> videos, Dictionary<(string Video, int ObjectId), int> numbers)
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteStartObject("videos");
        foreach (var (source, video) in videos.Where(one => one.Video.Objects.Any(found => found.IsKept)))
        {
            json.WriteStartObject(video.Name);
            json.WriteNumber("width", source.Width);
            json.WriteNumber("height", source.Height);
            json.WriteStartObject("expressions");
            var count = 0;
            foreach (var found in video.Objects.Where(found => found.IsKept))
            {
                var number = numbers[(video.Name, found.Plan.Object.Id)];
                WriteExpression(json, count++, found.Levels.Video!, LongType, found, number);
                if (found.Levels.Short is { } brief) WriteExpression(json, count++, brief, ShortType, found, number);
            }

            json.WriteEndObject();
            json.WriteStartArray("frames");
            for (var step = 0; step < video.Plan!.Frames.Count; step++) json.WriteStringValue(DatasetFrames.NameOf(step));
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteExpression(Utf8JsonWriter json, int id, string text, int type, AnnotatedObject found, int number)
    {
        json.WriteStartObject(id.ToString(CultureInfo.InvariantCulture));
        json.WriteString("exp", text);
        json.WriteNumber("type_id", type);
        json.WriteStartArray("obj_id");
        json.WriteNumberValue(found.Plan.Object.Id);
        json.WriteEndArray();
        json.WriteStartArray("anno_id");
        json.WriteNumberValue(number);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>A list for each object, mask by mask: one more walk through the video's masks for each, and nothing in memory.</summary>
    private static async Task WriteMasksAsync(
        string path, IReadOnlyList<(ExportVideo Source, AnnotatedVideo Video)> videos, Dictionary<(string Video, int ObjectId), int> numbers, CancellationToken cancellationToken)
    {
        await using (var file = File.Create(path + ".partial"))
        await using (var json = new Utf8JsonWriter(file))
        {
            json.WriteStartObject();
            foreach (var (source, video) in videos)
            {
                foreach (var found in video.Objects.Where(found => found.IsKept))
                {
                    json.WriteStartArray(numbers[(video.Name, found.Plan.Object.Id)].ToString(CultureInfo.InvariantCulture));
                    await foreach (var step in source.ReadAsync(cancellationToken))
                    {
                        WriteMask(json, step.Masks.FirstOrDefault(mask => mask.ObjectId == found.Plan.Object.Id)?.Rle);
                        if (json.BytesPending > FlushBytes) await json.FlushAsync(cancellationToken);
                    }

                    json.WriteEndArray();
                }
            }

            json.WriteEndObject();
        }

        File.Move(path + ".partial", path, overwrite: true);
    }

    private static void WriteMask(Utf8JsonWriter json, Rle? mask)
    {
        if (mask is null || RleCodec.Area(mask) == 0)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartObject();
        json.WriteStartArray("size");
        json.WriteNumberValue(mask.Height);
        json.WriteNumberValue(mask.Width);
        json.WriteEndArray();
        json.WriteString("counts", mask.Counts);
        json.WriteEndObject();
    }
}
