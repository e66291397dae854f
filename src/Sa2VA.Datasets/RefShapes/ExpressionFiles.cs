using System.Text.Json;

namespace Sa2VA.Datasets.RefShapes;

/// <summary><c>meta_expressions.json</c> of both layouts, with the level of each sentence added.</summary>
internal static class ExpressionFiles
{
    private static readonly JsonWriterOptions Readable = new() { Indented = true };

    /// <param name="folder">The folder of the split.</param>
    /// <param name="layouts">Which to write.</param>
    /// <param name="videos">All videos of the split.</param>
    public static void Write(string folder, RefShapesLayouts layouts, IReadOnlyList<RefShapesVideo> videos)
    {
        if (layouts.HasFlag(RefShapesLayouts.Mevis))
            AtomicFile.Write(Path.Combine(folder, "meta_expressions.json"), file => Write(file, videos, Mevis));
        if (layouts.HasFlag(RefShapesLayouts.RefYoutubeVos))
        {
            var beside = Path.Combine(Path.GetDirectoryName(folder)!, "meta_expressions", Path.GetFileName(folder));
            Directory.CreateDirectory(beside);
            AtomicFile.Write(Path.Combine(beside, "meta_expressions.json"), file => Write(file, videos, RefYoutubeVos));
        }
    }

    /// <summary>A level as files name it: "attribute".</summary>
    public static string NameOf(RefShapesLevel level) => level switch
    {
        RefShapesLevel.Attribute => "attribute",
        RefShapesLevel.Relation => "relation",
        RefShapesLevel.Motion => "motion",
        RefShapesLevel.Temporal => "temporal",
        RefShapesLevel.Long => "long",
        RefShapesLevel.Group => "group",
        _ => "absent",
    };

    private static void Mevis(Utf8JsonWriter json, RefShapesVideo video, RefShapesExpression expression)
    {
        Numbers(json, "obj_id", expression.Objects);
        Numbers(json, "anno_id", expression.Objects.Select(i => VideoFiles.AnnotationOf(video, i)));
    }

    /// <summary>Objects are the entries of the palette pictures: from 1.</summary>
    private static void RefYoutubeVos(Utf8JsonWriter json, RefShapesVideo video, RefShapesExpression expression) =>
        Numbers(json, "obj_id", expression.Objects.Select(i => i + 1));

    private static void Write(Stream file, IReadOnlyList<RefShapesVideo> videos, Action<Utf8JsonWriter, RefShapesVideo, RefShapesExpression> objects)
    {
        using var json = new Utf8JsonWriter(file, Readable);
        json.WriteStartObject();
        json.WriteStartObject("videos");
        foreach (var video in videos)
        {
            json.WriteStartObject(video.Id);
            json.WriteNumber("width", video.Width);
            json.WriteNumber("height", video.Height);
            json.WriteStartObject("expressions");
            foreach (var expression in video.Expressions)
            {
                json.WriteStartObject(expression.Id);
                json.WriteString("exp", expression.Text);
                json.WriteString("level", NameOf(expression.Level));
                objects(json, video, expression);
                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteStartArray("frames");
            for (var frame = 0; frame < video.FrameCount; frame++) json.WriteStringValue(VideoFiles.FrameName(frame));
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Numbers(Utf8JsonWriter json, string name, IEnumerable<int> numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers) json.WriteNumberValue(number);
        json.WriteEndArray();
    }
}
