using System.Text.Json;
using Sa2VA.Models.InternViT;
using Sa2VA.Models.LanguageModels;
using Sa2VA.Models.Sam2;

namespace Sa2VA.Models.Sa2va;

/// <summary>The architecture of an InternVL-based Sa2VA, as its <c>config.json</c> tells it.</summary>
public sealed record Sa2vaConfig
{
    public InternVisionConfig Vision { get; init; } = new();

    public LanguageModelConfig Language { get; init; } = new();

    /// <summary>The tracker; SAM 2.0 Hiera-L at 1024 in every published model, which their config.json does not mention.</summary>
    public Sam2Config Tracker { get; init; } = PublishedTracker;

    /// <summary>Side in pixels of the frames that the vision tower sees (<c>force_image_size</c>).</summary>
    public int VisionImageSize { get; init; } = 448;

    /// <summary>Patches along the side of a group that becomes one token: 1 / <c>downsample_ratio</c>.</summary>
    public int GroupSide { get; init; } = 2;

    /// <summary>Whether groups come out transposed (<c>ps_version</c> v1).</summary>
    public bool TransposedGroups { get; init; }

    /// <summary>Which state of the vision tower is read: -1 the last.</summary>
    public int SelectLayer { get; init; } = -1;

    /// <summary>How questions are put.</summary>
    public ChatTemplate Template { get; init; } = ChatTemplate.QwenChat;

    /// <summary>Whether a new model has Sa2VA-i's second mask decoder; a checkpoint says so by its tensors.</summary>
    public bool HasModifiedDecoder { get; init; }

    /// <summary>Language tokens per frame.</summary>
    public int TokensPerFrame => VisionImageSize / Vision.PatchSize / GroupSide * (VisionImageSize / Vision.PatchSize / GroupSide);

    /// <summary>Bytes that a frame takes on its way through the vision tower, about: a layer's states and those inside of its MLP, in float32.</summary>
    public long VisionBytesPerFrame => sizeof(float) * (1L + (VisionImageSize / Vision.PatchSize) * (VisionImageSize / Vision.PatchSize)) * (6L * Vision.HiddenSize + 2L * Vision.IntermediateSize);

    /// <summary>Masks do not depend on the object score, and memories of prompts are not binarised.</summary>
    private static Sam2Config PublishedTracker => Sam2Config.HieraLarge(v21: false) with { BlankAbsentMasks = false, DynamicMultimaskViaStability = true };

    /// <summary>Reads <c>config.json</c> of a folder.</summary>
    /// <exception cref="ModelFolderException">It is missing, damaged, or describes something unsupported.</exception>
    public static Sa2vaConfig Load(string folder)
    {
        var file = Path.Combine(folder, "config.json");
        if (!File.Exists(file))
            throw new ModelFolderException($"There is no '{file}'. Give a folder with a whole Sa2VA checkpoint: config.json, the tokenizer's files and safetensors.");
        try
        {
            using var stream = File.OpenRead(file);
            using var json = JsonDocument.Parse(stream);
            return FromJson(json.RootElement, $"'{file}'");
        }
        catch (JsonException error)
        {
            throw new ModelFolderException($"'{file}' is not valid JSON ({error.Message}) Fetch the file again.", error);
        }
    }

    /// <param name="json">The whole of <c>config.json</c>. Beside the official fields, <c>sam2</c> may describe another tracker.</param>
    /// <param name="where">What messages call it.</param>
    /// <exception cref="ModelFolderException">A field is missing, of another kind, or asks for something unsupported.</exception>
    public static Sa2vaConfig FromJson(JsonElement json, string where = "config.json")
    {
        var root = new ConfigSection(where, json);
        if (!root.Has("llm_config") || !root.Has("vision_config"))
            throw new ModelFolderException($"{where} has no 'vision_config' and 'llm_config': it is not an InternVL-based Sa2VA (Sa2VA-1B, -4B, -InternVL3-2B and their like), and only those can be loaded.");
        foreach (var lora in (string[])["use_backbone_lora", "use_llm_lora"])
        {
            if (root.Integer(lora, 0) != 0)
                throw root.Unsupported(lora, "a rank", "0 is: merge the adapters into the weights first");
        }

        var vision = InternVisionConfig.FromJson(root.Section("vision_config"));
        var language = LanguageModelConfig.FromJson(root.Section("llm_config"));
        var config = new Sa2vaConfig
        {
            Vision = vision,
            Language = language,
            Tracker = root.Has("sam2") ? Sam2Config.FromJson(json) with { BlankAbsentMasks = false } : PublishedTracker,
            VisionImageSize = root.Size("force_image_size", vision.ImageSize),
            GroupSide = Side(root),
            TransposedGroups = root.RequireOneOf("ps_version", "v1", "v1", "v2") == "v1",
            SelectLayer = root.Integer("select_layer", -1),
            Template = ChatTemplate.Named(root.Text("template", ChatTemplate.Default(language.Family).Name))
                ?? throw root.Unsupported("template", $"'{root.Text("template")}'", "'qwen_chat', 'internlm2_chat' and 'phi3_chat' are"),
        };
        root.RequireMultiple("force_image_size", config.VisionImageSize, "patch size times group side", vision.PatchSize * config.GroupSide);
        if (config.SelectLayer >= 0 || config.SelectLayer < -vision.Layers - 1)
            throw root.Unsupported("select_layer", $"{config.SelectLayer}", $"-1 to -{vision.Layers + 1} are, counted from the last layer");
        return config;
    }

    private static int Side(ConfigSection root)
    {
        var ratio = root.Number("downsample_ratio", 0.5);
        var side = ratio > 0 ? Math.Round(1 / ratio) : 0;
        return side is >= 1 and <= 16 && Math.Abs(side * ratio - 1) < 1e-6
            ? (int)side
            : throw root.Unsupported("downsample_ratio", $"{ratio}", "one over a whole number is, for example 0.5");
    }
}
