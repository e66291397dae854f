using System.Collections.Immutable;
using System.Text.Json;
using Sa2VA.Models.DeSa2va;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.UniPixel;

namespace Sa2VA.Models.Checkpoints;

/// <summary>Says what a model folder is, without loading the model: only headers and configuration are read.</summary>
public static class ModelInspector
{
    // The language models that this version runs.
    private static readonly string[] SupportedLanguageModels = ["Qwen2ForCausalLM", "InternLM2ForCausalLM", "Phi3ForCausalLM", "Qwen3ForCausalLM"];

    /// <summary>Inspects a folder, or one safetensors file.</summary>
    /// <exception cref="ModelFolderException">It is not a model folder that can be read at all; see <see cref="ModelFolder.Open"/>.</exception>
    public static ModelReport Inspect(string path)
    {
        using var folder = ModelFolder.Open(path);
        var prefix = folder.TrackerPrefix;
        var tracker = prefix is null ? null : Sam2Shape.Of(folder.Weights, prefix);
        var imageSize = ImageSize(folder.Config);
        var languageModel = LanguageModel(folder);
        var tokenizer = folder.Kind == ModelKind.Sam2 ? null : TokenizerSummary.Of(path, folder.Kind);
        return new ModelReport
        {
            Path = path,
            Kind = folder.Kind,
            Title = Title(folder, languageModel, tracker, imageSize),
            LanguageModel = languageModel,
            Template = folder.Config is { } config ? ConfigFile.Text(config, "template") : null,
            Tracker = tracker,
            ImageSize = imageSize,
            Protocol = folder.Kind switch
            {
                ModelKind.Sam2 => null,
                ModelKind.UniPixel => "unipixel",
                _ => tracker?.HasModifiedDecoder == true ? "sa2va-i" : "sa2va",
            },
            Files = [.. folder.Weights.Files.Select(file => (Path.GetFileName(file.Path), new FileInfo(file.Path).Length))],
            Parts = ModelPart.Divide(folder.Weights, prefix),
            Tokenizer = tokenizer,
            Memory = MemoryEstimate.Of(folder.Weights, folder.Config, tracker, imageSize),
            Problems = [.. Problems(folder, languageModel, tracker, tokenizer)],
        };
    }

    private static IEnumerable<string> Problems(ModelFolder folder, string? languageModel, Sam2Shape? tracker, TokenizerSummary? tokenizer)
    {
        if (folder.Kind == ModelKind.Sa2vaInternVl && !SupportedLanguageModels.Contains(languageModel, StringComparer.Ordinal))
            yield return $"The language model '{languageModel ?? "none"}' cannot be run by this version; {string.Join(", ", SupportedLanguageModels)} can.";
        if (tracker is null)
            yield return "The tracker's tensors (image_encoder.trunk…) are missing: the folder is not complete.";
        foreach (var difference in Differences(folder, languageModel))
            yield return difference;
        if (tokenizer?.Problem is { } problem)
            yield return $"The tokenizer cannot be used. {problem}";
    }

    private static IEnumerable<string> Differences(ModelFolder folder, string? languageModel)
    {
        if (folder.Kind == ModelKind.Sam2 || (folder.Kind == ModelKind.Sa2vaInternVl && !SupportedLanguageModels.Contains(languageModel, StringComparer.Ordinal)))
            return [];
        try
        {
            if (folder.Kind == ModelKind.UniPixel)
                return [.. WeightAudit.Differences(folder.Weights, UniPixelConfig.FromJson(folder.Config!.Value))];
            return [.. WeightAudit.Differences(folder.Weights, Sa2vaConfig.FromJson(folder.Config!.Value))];
        }
        catch (Exception e) when (e is ModelFolderException or NotSupportedException or InvalidOperationException or FormatException)
        {
            return [$"{ConfigFile.Name} cannot be used. {e.Message}"];
        }
    }

    private static string? LanguageModel(ModelFolder folder)
    {
        if (folder.Config is not { } config)
            return null;
        var llm = ConfigFile.Child(config, "llm_config") ?? ConfigFile.Child(config, "text_config");
        return llm is { } json ? ConfigFile.First(json, "architectures") ?? ConfigFile.Text(json, "model_type") : null;
    }

    private static int ImageSize(JsonElement? config)
    {
        if (config is not { } json)
            return Sam2Shape.PublishedImageSize;
        var size = ConfigFile.Integer(json, "sam2_image_size")
            ?? (ConfigFile.Child(json, "sam2") is { } sam2 ? ConfigFile.Integer(sam2, "image_size") : null);
        return size is > 0 and <= 8192 ? (int)size : Sam2Shape.PublishedImageSize;
    }

    private static string Title(ModelFolder folder, string? languageModel, Sam2Shape? tracker, int imageSize)
    {
        var kind = folder.Kind;
        var name = folder.Config is { } config && ConfigFile.Child(config, DecoupledConfig.Section) is not null ? Name(kind).Replace("Sa2VA", "DeSa2VA", StringComparison.Ordinal)
            : tracker?.HasModifiedDecoder == true && kind == ModelKind.Sa2vaInternVl ? "Sa2VA-i over InternVL" : Name(kind);
        var model = languageModel is null ? "" : $" with {languageModel}";
        var sam2 = tracker is null ? "without a tracker"
            : $"SAM {tracker.Version} {tracker.Size ?? $"(trunk of {tracker.Blocks} blocks from {tracker.EmbedDim} channels)"} at {imageSize}";
        return kind == ModelKind.Sam2 ? sam2 : $"{name}{model}, {sam2}";
    }

    private static string Name(ModelKind kind) => kind switch
    {
        ModelKind.Sa2vaInternVl => "Sa2VA over InternVL",
        ModelKind.Sa2vaQwenVl => "Sa2VA over Qwen-VL",
        ModelKind.UniPixel => "UniPixel",
        _ => "SAM 2",
    };
}
