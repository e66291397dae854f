using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sa2VA.Models.Checkpoints;

/// <summary>A report for people, and for programs.</summary>
public static class ModelReportText
{
    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
        IncludeFields = true,
    };

    /// <summary>The report as lines of text.</summary>
    public static string ToText(this ModelReport report)
    {
        var text = new StringBuilder();
        text.AppendLine(report.Title).AppendLine(report.Path).AppendLine();
        foreach (var part in report.Parts)
            text.AppendLine(CultureInfo.InvariantCulture, $"  {part.Name,-24}{Count(part.Parameters),10}  {Bytes(part.Bytes),10}  {string.Join(", ", part.Dtypes.Keys)}  ({part.Tensors} tensors)");
        text.AppendLine(CultureInfo.InvariantCulture, $"  {"all",-24}{Count(report.Parameters),10}  {Bytes(report.Files.Sum(file => file.Bytes)),10}  in {report.Files.Length} file(s)").AppendLine();
        AppendMemory(text, report);
        if (report.Tokenizer is { Problem: null } tokenizer)
            text.AppendLine(CultureInfo.InvariantCulture, $"Tokenizer: {tokenizer.Tokens} tokens, {tokenizer.SegmentationToken} is {tokenizer.Segmentation}");
        if (report.Protocol is { } protocol)
            text.AppendLine(CultureInfo.InvariantCulture, $"Protocol: {protocol}");
        foreach (var problem in report.Problems)
            text.AppendLine(CultureInfo.InvariantCulture, $"Problem: {problem}");
        return text.ToString();
    }

    /// <summary>The report as JSON; names are camelCase, sizes are bytes.</summary>
    public static string ToJson(this ModelReport report) => JsonSerializer.Serialize(
        new
        {
            report.Path, report.Kind, report.Title, report.LanguageModel, report.Template, report.Protocol, report.ImageSize, report.Tracker,
            Files = report.Files.Select(file => new { file.Name, file.Bytes }),
            report.Parameters, report.Parts, report.Tokenizer, report.Memory, report.IsUsable, report.Problems,
        },
        Options);

    private static void AppendMemory(StringBuilder text, ModelReport report)
    {
        var memory = report.Memory;
        text.AppendLine("Memory on the CPU (estimate)");
        text.AppendLine(CultureInfo.InvariantCulture, $"  {"weights, mapped",-24}{Bytes(memory.MappedWeights),10}");
        text.AppendLine(CultureInfo.InvariantCulture, $"  {"weights, converted",-24}{Bytes(memory.ConvertedWeights),10}");
        if (memory.KeyFrames > 0)
            text.AppendLine(CultureInfo.InvariantCulture, $"  {(report.Kind == ModelKind.UniPixel ? "sixteen frames" : "five key frames"),-24}{Bytes(memory.KeyFrames),10}");
        text.AppendLine(CultureInfo.InvariantCulture, $"  {"one frame",-24}{Bytes(memory.ImageEncoder),10}");
        text.AppendLine(CultureInfo.InvariantCulture, $"  {"each object",-24}{Bytes(memory.PerObject),10}");
        text.AppendLine(CultureInfo.InvariantCulture, $"  {"in all, one object",-24}{Bytes(memory.Total),10}");
        text.AppendLine();
    }

    private static string Count(long parameters) => parameters switch
    {
        >= 1_000_000_000 => FormattableString.Invariant($"{parameters / 1e9:0.00} B"),
        >= 1_000_000 => FormattableString.Invariant($"{parameters / 1e6:0.0} M"),
        >= 1_000 => FormattableString.Invariant($"{parameters / 1e3:0.0} k"),
        _ => parameters.ToString(CultureInfo.InvariantCulture),
    };

    private static string Bytes(long bytes) => bytes switch
    {
        >= 1_000_000_000 => FormattableString.Invariant($"{bytes / 1e9:0.00} GB"),
        >= 1_000_000 => FormattableString.Invariant($"{bytes / 1e6:0.0} MB"),
        _ => FormattableString.Invariant($"{bytes / 1e3:0.0} kB"),
    };
}
