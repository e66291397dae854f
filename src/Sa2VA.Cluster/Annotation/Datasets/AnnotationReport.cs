using System.Text.Json;
using Sa2VA.Cluster.Annotation.Texts;
using Sa2VA.Cluster.Exports;

namespace Sa2VA.Cluster.Annotation.Datasets;

/// <summary><c>annotations.json</c>: all levels of all objects, verdicts, and every question with its answer. <c>docs/annotation.md</c> describes it.</summary>
internal static class AnnotationReport
{
    public static void Write(
        Stream stream, AnnotationRequest request, IReadOnlyList<(ExportVideo Source, AnnotatedVideo Video)> videos, IReadOnlyDictionary<(string Video, int ObjectId), int> numbers)
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("format", "sa2va-annotations");
        json.WriteNumber("version", 1);
        json.WriteString("describer", request.Describer.Name);
        json.WriteString("checker", request.Checker.Name);
        json.WriteNumber("prompts", AnnotationPrompts.Version);
        json.WriteString("split", request.Split);
        WriteRules(json, request.Rules);
        json.WriteStartArray("videos");
        foreach (var (source, video) in videos) WriteVideo(json, source, video, numbers);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteRules(Utf8JsonWriter json, AnnotationRules rules)
    {
        json.WriteStartObject("rules");
        json.WriteNumber("frames", rules.Frames);
        json.WriteNumber("attempts", rules.Attempts);
        json.WriteString("conflicts", rules.Conflicts == ConflictRule.Drop ? "drop" : "keep");
        json.WriteNumber("maxObjects", rules.MaxObjects);
        json.WriteNumber("minPixels", rules.MinPixels);
        json.WriteNumber("maxLength", rules.MaxLength);
        json.WriteNumber("maxTokens", rules.MaxTokens);
        json.WriteNumber("maxSide", rules.MaxSide);
        json.WriteBoolean("short", rules.Short);
        json.WriteEndObject();
    }

    private static void WriteVideo(Utf8JsonWriter json, ExportVideo source, AnnotatedVideo video, IReadOnlyDictionary<(string Video, int ObjectId), int> numbers)
    {
        json.WriteStartObject();
        json.WriteString("video", video.Name);
        json.WriteNumber("width", source.Width);
        json.WriteNumber("height", source.Height);
        if (video.Failure is { } failure) json.WriteString("failure", failure.Message);
        if (video.Plan is { } plan)
        {
            json.WriteStartArray("frames");
            foreach (var frame in plan.Frames) json.WriteNumberValue(frame);
            json.WriteEndArray();
        }

        json.WriteStartArray("objects");
        foreach (var one in video.Objects)
            WriteObject(json, one, video.Plan!, numbers.TryGetValue((video.Name, one.Plan.Object.Id), out var number) ? number : null);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteObject(Utf8JsonWriter json, AnnotatedObject one, AnnotationPlan plan, int? annotation)
    {
        json.WriteStartObject();
        json.WriteNumber("object", one.Plan.Object.Id);
        json.WriteString("label", one.Plan.Object.Label);
        json.WriteString("outcome", AnnotationOutcomes.NameOf(one.Outcome));
        if (annotation is { } number) json.WriteNumber("annotation", number);
        json.WriteNumber("area", one.Plan.Area);
        WriteFrames(json, "shown", one.Plan.Largest, plan);
        WriteFrames(json, "clip", one.Plan.Clip, plan);
        if (one.Plan.LeftOut is null) WriteLevels(json, one.Levels);
        json.WriteNumber("attempts", one.Record.Answers.Select(answer => answer.Attempt).DefaultIfEmpty().Max());
        if (one.Record.Refusal is { } refusal)
        {
            json.WriteStartObject("refusal");
            json.WriteString("step", refusal.Step.ToString().ToLowerInvariant());
            json.WriteNumber("attempt", refusal.Attempt);
            json.WriteString("reason", refusal.Reason);
            json.WriteEndObject();
        }

        json.WriteStartArray("answers");
        foreach (var answer in one.Record.Answers) WriteAnswer(json, answer);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteLevels(Utf8JsonWriter json, ObjectLevels levels)
    {
        if (levels.Verdict is { } verdict) json.WriteString("verdict", verdict.ToString().ToLowerInvariant());
        json.WriteStartObject("levels");
        json.WriteNumber("attempt", levels.Attempt);
        json.WriteString("object", levels.Object);
        json.WriteString("whole", levels.Whole);
        json.WriteString("scene", levels.Scene);
        json.WriteString("video", levels.Video);
        json.WriteString("short", levels.Short);
        json.WriteEndObject();
    }

    private static void WriteAnswer(Utf8JsonWriter json, StepAnswer answer)
    {
        json.WriteStartObject();
        json.WriteString("step", answer.Step.ToString().ToLowerInvariant());
        json.WriteNumber("attempt", answer.Attempt);
        json.WriteString("model", answer.Model);
        json.WriteString("prompt", answer.Prompt);
        json.WriteString("text", answer.Text);
        json.WriteBoolean("complete", answer.Complete);
        json.WriteEndObject();
    }

    /// <summary>Frames of the file.</summary>
    private static void WriteFrames(Utf8JsonWriter json, string name, IReadOnlyList<int> steps, AnnotationPlan plan)
    {
        json.WriteStartArray(name);
        foreach (var step in steps) json.WriteNumberValue(plan.Frames[step]);
        json.WriteEndArray();
    }
}
