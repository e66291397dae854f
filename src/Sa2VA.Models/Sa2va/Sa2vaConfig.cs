using System.Text.Json;
using Sa2VA.Models.DeSa2va;
using Sa2VA.Models.InternViT;
using Sa2VA.Models.LanguageModels;
using Sa2VA.Models.QwenVl;
using Sa2VA.Models.Sam2;

namespace Sa2VA.Models.Sa2va;

/// <summary>The architecture of a Sa2VA over InternVL or Qwen-VL, as its <c>config.json</c> tells it.</summary>
public sealed record Sa2vaConfig
{
    /// <summary>InternViT; not used over Qwen-VL.</summary>
    public InternVisionConfig Vision { get; init; } = new();

    /// <summary>The vision tower of a Sa2VA over Qwen-VL; null over InternVL.</summary>
    public QwenVisionConfig? QwenVision { get; init; }

    /// <summary>Over Qwen-VL the least pixels of a frame; default as in the official code.</summary>
    public int MinPixels { get; init; } = 512 * 28 * 28;

    /// <summary>Over Qwen-VL the most pixels of a frame; default as in the official code.</summary>
    public int MaxPixels { get; init; } = 2048 * 28 * 28;

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

    /// <summary>
    /// Most tiles of a still picture over InternVL. Default 12, as the official code prescribes whatever config.json says; the field
    /// <c>image_tiles</c>, which is ours, is for models trained with fewer. Over Qwen-VL 1: it takes pictures of any shape.
    /// </summary>
    public int ImageTiles { get; init; } = 12;

    /// <summary>How questions are put.</summary>
    public ChatTemplate Template { get; init; } = ChatTemplate.QwenChat;

    /// <summary>Whether a new model has Sa2VA-i's second mask decoder; a checkpoint says so by its tensors.</summary>
    public bool HasModifiedDecoder { get; init; }

    /// <summary>DeSa2VA's head; null for a plain Sa2VA.</summary>
    public DecoupledConfig? Decoupled { get; init; }

    /// <summary>Language tokens per frame; over Qwen-VL the most there can be.</summary>
    public int TokensPerFrame => QwenVision is { } qwen ? MaxPixels / (qwen.PatchSize * qwen.PatchSize * qwen.GroupSize) : VisionImageSize / Vision.PatchSize / GroupSide * (VisionImageSize / Vision.PatchSize / GroupSide);

    /// <summary>Tokens along a side of a frame or tile over InternVL: the grid of <see cref="RegionCells"/>.</summary>
    public int CellsPerSide => VisionImageSize / Vision.PatchSize / GroupSide;

    /// <summary>Bytes that a frame takes on its way through the vision tower, about: a layer's states and those inside of its MLP, in float32.</summary>
    public long VisionBytesPerFrame => QwenVision is { } qwen
        ? sizeof(float) * (long)TokensPerFrame * qwen.GroupSize * (6L * qwen.HiddenSize + 2L * qwen.IntermediateSize)
        : sizeof(float) * (1L + (VisionImageSize / Vision.PatchSize) * (VisionImageSize / Vision.PatchSize)) * (6L * Vision.HiddenSize + 2L * Vision.IntermediateSize);

    /// <summary>The sizes to which a frame is resized for the vision tower, one after another: the official code of Qwen-VL does so twice.</summary>
    /// <exception cref="ArgumentException">The frame is empty or too elongated.</exception>
    public IReadOnlyList<(int Width, int Height)> FrameSizes(int width, int height)
    {
        if (QwenVision is not { } qwen)
            return [(VisionImageSize, VisionImageSize)];
        // The loader of qwen_vl_utils, whose factor is 28 also for Qwen3-VL, then the processor.
        const int loaderFactor = 28;
        var loaded = SmartResize.Of(width, height, loaderFactor, 4L * loaderFactor * loaderFactor, 16_384L * loaderFactor * loaderFactor);
        return [loaded, SmartResize.Of(loaded.Width, loaded.Height, qwen.PatchSize * qwen.MergeSize, MinPixels, MaxPixels)];
    }

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
            var config = FromJson(json.RootElement, $"'{file}'");
            return config.QwenVision is null ? config : config with { Template = QwenVlTemplate.Of(folder, config.Template) };
        }
        catch (JsonException error)
        {
            throw new ModelFolderException($"'{file}' is not valid JSON ({error.Message}) Fetch the file again.", error);
        }
        catch (InvalidOperationException error)
        {
            // Text that is no Unicode.
            throw new ModelFolderException($"'{file}' cannot be read: {error.Message} Fetch the file again.", error);
        }
    }

    /// <param name="json">The whole of <c>config.json</c>. Beside the official fields, <c>sam2</c> may describe another tracker.</param>
    /// <param name="where">What messages call it.</param>
    /// <exception cref="ModelFolderException">A field is missing, of another kind, or asks for something unsupported.</exception>
    public static Sa2vaConfig FromJson(JsonElement json, string where = "config.json")
    {
        var root = new ConfigSection(where, json);
        if (!root.Has("llm_config") && root.Has("vision_config") && (root.Has("text_config") || root.FirstOf("architectures") == "Sa2VAChatModelQwen"))
            return OverQwenVl(root, json, where);
        if (!root.Has("llm_config") || !root.Has("vision_config"))
            throw new ModelFolderException($"{where} has no 'vision_config' with 'llm_config' or 'text_config': it is not an InternVL-based Sa2VA (Sa2VA-1B, -4B, -InternVL3-2B and their like) or one over Qwen-VL, and only those can be loaded.");
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
            Tracker = TrackerOf(root, json, where),
            Decoupled = DecoupledConfig.Of(root),
            VisionImageSize = root.Size("force_image_size", vision.ImageSize),
            GroupSide = Side(root),
            TransposedGroups = root.RequireOneOf("ps_version", "v1", "v1", "v2") == "v1",
            SelectLayer = root.Integer("select_layer", -1),
            ImageTiles = root.Size("image_tiles", 12),
            Template = ChatTemplate.Named(root.Text("template", ChatTemplate.Default(language.Family).Name))
                ?? throw root.Unsupported("template", $"'{root.Text("template")}'", "'qwen_chat', 'internlm2_chat' and 'phi3_chat' are"),
        };
        root.RequireMultiple("force_image_size", config.VisionImageSize, "patch size times group side", vision.PatchSize * config.GroupSide);
        if (config.ImageTiles > 64)
            throw root.Unsupported("image_tiles", $"{config.ImageTiles}", "1 to 64 is");
        if (config.SelectLayer >= 0 || config.SelectLayer < -vision.Layers - 1)
            throw root.Unsupported("select_layer", $"{config.SelectLayer}", $"-1 to -{vision.Layers + 1} are, counted from the last layer");
        return config;
    }

    private static Sa2vaConfig OverQwenVl(ConfigSection root, JsonElement json, string where)
    {
        var vision = QwenVisionConfig.FromJson(root.Section("vision_config"));
        // Old versions of transformers keep the language model's fields beside the vision tower's section.
        var text = root.Has("text_config") ? root.Section("text_config") : root;
        var language = LanguageModelConfig.FromJson(text, vision.IsQwen3 ? LanguageModelFamily.Qwen3 : LanguageModelFamily.Qwen2);
        if (language.RotaryAxes.IsEmpty)
            throw text.Unsupported("rope_scaling", "no 'mrope_section'", "a Qwen-VL language model with three positions per token is");
        if (vision.OutputSize != language.HiddenSize)
            throw root.Section("vision_config").Unsupported("out_hidden_size", $"{vision.OutputSize}", $"the language model's width, {language.HiddenSize}, is");
        if (vision.DeepstackBlocks.Length > language.Layers)
            throw root.Section("vision_config").Unsupported("deepstack_visual_indexes", $"{vision.DeepstackBlocks.Length} blocks", $"at most the {language.Layers} of the language model's layers are");
        var config = new Sa2vaConfig
        {
            QwenVision = vision,
            Language = language,
            Tracker = TrackerOf(root, json, where),
            Decoupled = DecoupledConfig.Of(root),
            Template = vision.IsQwen3 ? ChatTemplate.QwenChat : ChatTemplate.QwenWithSystem,
            ImageTiles = 1,
            MinPixels = root.Size("min_pixels", 512 * 28 * 28),
            MaxPixels = root.Size("max_pixels", 2048 * 28 * 28),
        };
        var group = vision.PatchSize * vision.MergeSize;
        return config.MaxPixels >= config.MinPixels && config.MaxPixels >= (long)group * group
            ? config
            : throw root.Unsupported("max_pixels", $"{config.MaxPixels}", $"at least 'min_pixels' = {config.MinPixels} and a group of patches, {group * group}, is");
    }

    private static Sam2Config TrackerOf(ConfigSection root, JsonElement json, string where) =>
        root.Has("sam2") ? TrackerSection.Read(json, where) with { BlankAbsentMasks = false } : PublishedTracker;

    private static int Side(ConfigSection root)
    {
        var ratio = root.Number("downsample_ratio", 0.5);
        var side = ratio > 0 ? Math.Round(1 / ratio) : 0;
        return side is >= 1 and <= 16 && Math.Abs(side * ratio - 1) < 1e-6
            ? (int)side
            : throw root.Unsupported("downsample_ratio", $"{ratio}", "one over a whole number is, for example 0.5");
    }
}
