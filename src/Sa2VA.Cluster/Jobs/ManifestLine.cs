using System.Buffers;
using System.Text.Json;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Sources;

namespace Sa2VA.Cluster.Jobs;

/// <summary>Turns one line of a manifest into a request, under the same rules as a run of one video.</summary>
internal static class ManifestLine
{
    private const int MaxSourceLength = 4096;
    private const int MaxNameLength = 200;

    private static readonly string[] Fields = ["video", "expressions", "prompts", "questions", "caption", "frames", "name"];
    private static readonly JsonDocumentOptions Json = new() { MaxDepth = 8, AllowDuplicateProperties = false };

    /// <exception cref="JobRefusedException">It is malformed.</exception>
    public static VideoRequest Parse(ReadOnlySequence<byte> line, long number, JobQuestions questions)
    {
        try
        {
            using var document = JsonDocument.Parse(line, Json);
            return Read(new ManifestField(document.RootElement, "", number), questions);
        }
        catch (JsonException failure)
        {
            throw new JobRefusedException($"Line {number} is not JSON: {Plain(failure)}{Hint(line)}", number);
        }
        catch (InvalidOperationException)
        {
            // Names of fields are decoded when they are compared.
            throw new JobRefusedException($"Line {number} is not valid UTF-8. Save the manifest in UTF-8.", number);
        }
    }

    private static VideoRequest Read(ManifestField line, JobQuestions questions)
    {
        line.Allow(Fields);
        var source = line.Require("video").Text(MaxSourceLength);
        CheckSource(line.Require("video"), source);
        var frames = line.Find("frames") is { } selection ? Frames(selection) : null;
        var shown = line.Find("prompts") is { } prompts ? ManifestPrompts.Read(prompts, frames) : [];
        List<RunTarget> targets = [.. Expressions(line), .. shown, .. Questions(line), .. questions.Texts.Select(text => new RunTarget.Question(text))];
        if (line.Find("caption")?.Flag() == true || questions.Caption) targets.Add(new RunTarget.Caption());
        if (targets.Count is 0 or > RunRules.MaxTargets)
        {
            throw line.Refused(
                $"has {targets.Count} things to find; it may have 1 to {RunRules.MaxTargets}. Give sentences in \"expressions\", points, boxes and masks in \"prompts\", \"questions\", or \"caption\": true.");
        }

        return new VideoRequest(source, targets, frames, line.Find("name")?.Text(MaxNameLength));
    }

    private static void CheckSource(ManifestField field, string source)
    {
        try
        {
            if (SourceAddress.Parse(source) is SourceAddress.File file && file.Path.Split('/', '\\').Contains("..", StringComparer.Ordinal))
                throw field.Refused("has '..' in its path; name the video below its root.");
        }
        catch (SourceException failure)
        {
            throw field.Refused("cannot be fetched: " + failure.Message);
        }
    }

    private static IEnumerable<RunTarget> Expressions(ManifestField line)
        => line.Find("expressions")?.Items().Select(item => new RunTarget.Expression(item.Text(RunRules.MaxExpressionLength))) ?? [];

    private static IEnumerable<RunTarget> Questions(ManifestField line)
        => line.Find("questions")?.Items().Select(item => new RunTarget.Question(item.Text(RunRules.MaxExpressionLength))) ?? [];

    private static FrameSelection Frames(ManifestField field)
    {
        field.Allow(["first", "last", "stride"]);
        var first = field.Find("first")?.Integer(0, int.MaxValue) ?? 0;
        var last = field.Find("last")?.Integer(0, int.MaxValue);
        if (last < first) throw field.Refused($"ends at {last}, before it begins at {first}.");
        return new FrameSelection(first, last, field.Find("stride")?.Integer(1, RunRules.MaxStride) ?? 1);
    }

    private static string Plain(JsonException failure)
    {
        // The parser counts lines too, and always says 0.
        var end = failure.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        var message = end < 0 ? failure.Message : failure.Message[..end];
        return failure.BytePositionInLine is { } position ? $"{message.TrimEnd('.')}, at byte {position}." : message;
    }

    private static string Hint(ReadOnlySequence<byte> line)
        => line.FirstSpan is [(byte)'[', ..] ? " A manifest has one object per line, without '[' around and ',' between them." : "";
}
