using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Tokenizers;
using Sa2VA.Models.UniPixel;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors.Safetensors;

namespace Sa2VA.Models.Checkpoints;

/// <summary>
/// Writes a randomly initialised checkpoint in the official layout: configuration, tokenizer files and weights, which load like a
/// fetched one. The modules' own constructors say which tensors there are. Weights come last, so that a folder that has them is whole.
/// </summary>
public static class ModelInitializer
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Writes a checkpoint into a new or empty folder.</summary>
    /// <returns>Number of parameters.</returns>
    /// <exception cref="ModelFolderException">The folder holds files already, or cannot be written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; what was written is removed.</exception>
    public static long Write(ModelPreset preset, string folder, InitOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new InitOptions();
        if (options.Dtype is not (SafetensorsDtype.BF16 or SafetensorsDtype.F32))
            throw new ArgumentException($"Random weights are stored as BF16 or F32, not as {options.Dtype.Name()}.", nameof(options));
        if (File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()))
            throw new ModelFolderException($"'{folder}' is there already and is not empty. A new checkpoint is only written into a new or empty folder.");
        try
        {
            Directory.CreateDirectory(folder);
            return WriteFiles(preset, folder, options, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Directory.Delete(folder, recursive: true);
            throw new ModelFolderException($"The checkpoint cannot be written to '{folder}': {e.Message}", e);
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    private static long WriteFiles(ModelPreset preset, string folder, InitOptions options, CancellationToken cancellationToken)
    {
        var tokenizer = preset.Kind == ModelKind.Sam2 ? null : preset.NewTokenizer();
        var config = preset.Config(tokenizer?.Count ?? 0);
        if (config is not null)
            WriteJson(folder, ConfigFile.Name, config);
        if (tokenizer is not null)
        {
            if (tokenizer.Pieces is { } pieces)
                TokenizerWriter.Write(pieces, folder);
            else
                TokenizerWriter.Write(tokenizer.Spec, folder);
            WriteJson(folder, "generation_config.json", new JsonObject { ["_from_model_config"] = true, ["do_sample"] = false, ["eos_token_id"] = tokenizer.EndOfSequence });
        }

        var specs = Catalogue(preset, config);
        IReadOnlyDictionary<string, IReadOnlyDictionary<long, float[]>> rows = ImmutableDictionary<string, IReadOnlyDictionary<long, float[]>>.Empty;
        if (tokenizer is not null && options.AnswersWithSegmentation)
        {
            using var json = JsonDocument.Parse(config!.ToJsonString());
            var bias = preset.Kind == ModelKind.UniPixel
                ? BiasOf(options, specs, new UniPixelTokens(UniPixelConfig.FromJson(json.RootElement), tokenizer))
                : BiasOf(options, specs, new PromptTokens(Sa2vaConfig.FromJson(json.RootElement), tokenizer));
            (specs, rows) = (bias.Specs, bias.Rows());
        }

        new RandomCheckpoint(options.Seed, options.Dtype, rows).Write(
            folder, specs, options.ShardBytes, OfficialName(preset.Kind), cancellationToken);
        return specs.Sum(spec => spec.Count);
    }

    private static AnswerBias BiasOf(InitOptions options, IReadOnlyCollection<WeightSpec> specs, PromptTokens prompts) =>
        new(options.Seed, specs, prompts.Question("a")[^1], prompts.Segmentation, prompts.Stops[0]);

    private static AnswerBias BiasOf(InitOptions options, IReadOnlyCollection<WeightSpec> specs, UniPixelTokens prompts) =>
        new(options.Seed, specs, prompts.Question([PromptPart.Text("a")])[^1], prompts.SegmentationId, prompts.Stops[0], beforeIt: true);

    private static Func<string, string> OfficialName(ModelKind kind) => kind switch
    {
        ModelKind.Sam2 => name => name,
        ModelKind.UniPixel => WeightNames.InUniPixel,
        _ => WeightNames.InSa2va,
    };

    private static IReadOnlyCollection<WeightSpec> Catalogue(ModelPreset preset, JsonObject? config)
    {
        using var json = config is null ? null : JsonDocument.Parse(config.ToJsonString());
        return ModelCatalogue.Of(preset, json?.RootElement);
    }

    private static void WriteJson(string folder, string name, JsonNode content) =>
        File.WriteAllText(Path.Combine(folder, name), content.ToJsonString(Indented));
}
