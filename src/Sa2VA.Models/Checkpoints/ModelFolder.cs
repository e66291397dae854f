using System.Text.Json;
using Sa2VA.Tensors.Safetensors;

namespace Sa2VA.Models.Checkpoints;

/// <summary>
/// Recognises what a folder is, from <c>config.json</c> and, where that is silent, from the names of the tensors. Nothing in the
/// folder is executed: pickles are refused whatever else is there.
/// </summary>
public sealed class ModelFolder : IDisposable
{
    private static readonly string[] PickleExtensions = [".bin", ".pt", ".pth", ".ckpt", ".pkl"];
    private const string TrainedParts = "pytorch_model.safetensors";
    private readonly JsonDocument? _config;

    private ModelFolder(string path, ModelKind kind, JsonDocument? config, SafetensorsFolder weights)
        => (Path, Kind, _config, Weights) = (path, kind, config, weights);

    /// <summary>The folder, or the single safetensors file, as it was given.</summary>
    public string Path { get; }

    /// <summary>What it is.</summary>
    public ModelKind Kind { get; }

    /// <summary>The mapped weights.</summary>
    public SafetensorsFolder Weights { get; }

    /// <summary><c>config.json</c>; null for a SAM 2 checkpoint without one.</summary>
    public JsonElement? Config => _config?.RootElement;

    /// <summary>What stands before the names of the tracker's tensors, with the dot; null when there is no tracker.</summary>
    public string? TrackerPrefix => TrackerPrefixes.FirstOrDefault(prefix => Weights.TryGet(prefix + Sam2Shape.PatchEmbedding, out _, out _));

    private static IEnumerable<string> TrackerPrefixes => ["grounding_encoder.sam2_model.", "sam2.", "", "model."];

    /// <summary>Opens a folder (or one safetensors file) and says what it is.</summary>
    /// <exception cref="ModelFolderException">
    /// It does not exist, holds no usable weights, holds an adapter instead of a model, or is a model of a kind that is not known.
    /// </exception>
    public static ModelFolder Open(string path)
    {
        RefuseWhatIsNoFolder(path);
        RefuseAdapter(path);
        RefusePickles(path);
        var config = ConfigFile.Read(System.IO.Path.Combine(path, ConfigFile.Name));
        SafetensorsFolder? weights = null;
        try
        {
            weights = SafetensorsFolder.Open(path);
            return new ModelFolder(path, Recognise(path, config?.RootElement, weights), config, weights);
        }
        catch (SafetensorsException e)
        {
            config?.Dispose();
            throw new ModelFolderException($"The weights cannot be read. {e.Message}", e);
        }
        catch
        {
            config?.Dispose();
            weights?.Dispose();
            throw;
        }
    }

    /// <summary>Lets go of the weights.</summary>
    public void Dispose()
    {
        _config?.Dispose();
        Weights.Dispose();
    }

    private static ModelKind Recognise(string path, JsonElement? config, SafetensorsFolder weights)
    {
        var architecture = config is { } c ? ConfigFile.First(c, "architectures") : null;
        var modelType = config is { } d ? ConfigFile.Text(d, "model_type") : null;
        switch (architecture, modelType)
        {
            case ("Sa2VAChatModelQwen", _):
                return ModelKind.Sa2vaQwenVl;
            case ("Sa2VAChatModel", _) or (null, "sa2va_chat"):
                return config!.Value.TryGetProperty("llm_config", out _) ? ModelKind.Sa2vaInternVl : ModelKind.Sa2vaQwenVl;
            case ("PixelQwen2_5_VLForConditionalGeneration", _) or (_, "pixel_qwen2_5_vl"):
                return ModelKind.UniPixel;
        }

        // SAM 2 checkpoints have no config.json of their own, and the transformers port of SAM 2 has other names for everything.
        if (weights.TryGet(Sam2Shape.PatchEmbedding, out _, out _) || weights.TryGet("model." + Sam2Shape.PatchEmbedding, out _, out _))
            return ModelKind.Sam2;
        if (weights.TensorNames.Any(name => name.StartsWith("vision_encoder.backbone.", StringComparison.Ordinal)))
            throw new ModelFolderException($"'{path}' is SAM 2 under the names of the transformers library. Use a checkpoint under the names of the official code (image_encoder.trunk…).");
        throw new ModelFolderException(
            (architecture ?? modelType) is { } named
                ? $"'{path}' is a '{named}', which is not a model of the Sa2VA family. Known are Sa2VAChatModel, Sa2VAChatModelQwen, PixelQwen2_5_VLForConditionalGeneration and plain SAM 2 checkpoints."
                : $"'{path}' has no {ConfigFile.Name} that names an architecture, and its tensors are not those of SAM 2. Fetch the whole folder of the model.");
    }

    private static void RefuseWhatIsNoFolder(string path)
    {
        if (File.Exists(path) && PickleExtensions.Contains(System.IO.Path.GetExtension(path), StringComparer.OrdinalIgnoreCase))
            throw Pickled(path, [System.IO.Path.GetFileName(path)]);
        if (!Directory.Exists(path) && !File.Exists(path))
            throw new ModelFolderException($"There is no model folder '{path}'. Give the folder that holds config.json and the safetensors files.");
    }

    internal static void RefuseAdapter(string path)
    {
        // UniPixel's trainer writes the parts that it trained whole beside the adapter, under a name of its own.
        var adapter = new[] { "adapter_config.json", "adapter_model.safetensors", "adapter_model.bin", TrainedParts }
            .FirstOrDefault(name => File.Exists(System.IO.Path.Combine(path, name)));
        if (adapter is null)
            return;
        var merging = File.Exists(System.IO.Path.Combine(path, TrainedParts))
            ? "Load it with UniPixel's own build_model(..., merge_adapter=True), which also reads the model that 'base_model_path' in config.json names, and save the result with save_pretrained"
            : "Merge it into its base and save the result as safetensors";
        throw new ModelFolderException($"'{path}' holds '{adapter}': it is an adapter (LoRA) that belongs on a base model, not a whole model. {merging}.");
    }

    private static void RefusePickles(string path)
    {
        if (!Directory.Exists(path) || Directory.EnumerateFiles(path, "*.safetensors").Any() || File.Exists(System.IO.Path.Combine(path, SafetensorsIndex.FileName)))
            return;
        var pickles = Directory.EnumerateFiles(path)
            .Where(file => PickleExtensions.Contains(System.IO.Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
            .Select(file => System.IO.Path.GetFileName(file)).Order(StringComparer.Ordinal).ToList();
        if (pickles.Count > 0)
            throw Pickled(path, pickles);
    }

    private static ModelFolderException Pickled(string path, List<string> files) => new(
        $"'{path}' holds its weights as pickles ({string.Join(", ", files.Take(3))}{(files.Count > 3 ? ", …" : "")}), which can run code when they are loaded and are refused. "
        + "Convert them to safetensors, or fetch a revision of the model that has them.");
}
