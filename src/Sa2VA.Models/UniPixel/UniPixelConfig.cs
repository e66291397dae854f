using System.Text.Json;
using Sa2VA.Models.LanguageModels;
using Sa2VA.Models.QwenVl;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Sam2;

namespace Sa2VA.Models.UniPixel;

/// <summary>The architecture of a UniPixel, as its <c>config.json</c> tells it: Qwen2.5-VL with SAM 2.1.</summary>
public sealed record UniPixelConfig
{
    /// <summary>The official file's default side of the tracker's square, in pixels.</summary>
    public const int PublishedImageSize = 768;

    private const int Cell = 28;

    public QwenVisionConfig Vision { get; init; } = new();

    public LanguageModelConfig Language { get; init; } = new();

    public Sam2Config Tracker { get; init; } = PublishedTracker(HieraConfig.BasePlus, PublishedImageSize);

    /// <summary>Tokens that one <c>&lt;|seg|&gt;</c> gives the tracker.</summary>
    public int SegmentationTokens { get; init; } = 2;

    /// <summary>Least pixels of a frame for the language model; default as in the official code.</summary>
    public int MinPixels { get; init; } = 128 * Cell * Cell;

    /// <summary>Most pixels of a frame in a clip of <see cref="SampledFrames"/>; shorter ones have as many times more as they are shorter.</summary>
    public int MaxPixels { get; init; } = 256 * Cell * Cell;

    /// <summary>Frames of a longer video that the language model sees; default as in the official code.</summary>
    public int SampledFrames { get; init; } = 16;

    /// <summary>Ids of <c>&lt;|ref|&gt;</c>, <c>&lt;|seg|&gt;</c> and <c>&lt;|mem|&gt;</c> where the file names them; the tokenizer's own have to agree.</summary>
    public (int? Reference, int? Segmentation, int? Memory) TokenIds { get; init; }

    /// <summary>Side in pixels of what becomes one token of a frame.</summary>
    public int GroupSide => Vision.PatchSize * Vision.MergeSize;

    /// <summary>The most tokens that so many frames take.</summary>
    public int MostTokens(int frames) => Slices(frames) * (int)(MostPixels(frames) / ((long)GroupSide * GroupSide));

    /// <summary>Pairs of frames, or however many the tower takes together; the last frame may count twice.</summary>
    public int Slices(int frames) => (frames + Vision.TemporalPatchSize - 1) / Vision.TemporalPatchSize;

    /// <summary>The size to which frames are resized for the language model.</summary>
    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="frames">How many there are: the fewer, the larger they may be.</param>
    /// <exception cref="ArgumentException">The frame is empty or too elongated.</exception>
    public (int Width, int Height) FrameSize(int width, int height, int frames)
        => SmartResize.Of(width, height, GroupSide, MinPixels, MostPixels(frames));

    /// <summary>Bytes that a frame takes on its way through the vision tower, about.</summary>
    public long VisionBytesPerFrame => sizeof(float) * (long)(MaxPixels / (Vision.PatchSize * Vision.PatchSize)) * (6L * Vision.HiddenSize + 2L * Vision.IntermediateSize);

    /// <summary>Reads <c>config.json</c> of a folder.</summary>
    /// <exception cref="ModelFolderException">It is missing, damaged, or describes something unsupported.</exception>
    public static UniPixelConfig Load(string folder)
    {
        var file = Path.Combine(folder, Checkpoints.ConfigFile.Name);
        using var json = Checkpoints.ConfigFile.Read(file)
            ?? throw new ModelFolderException($"There is no '{file}'. Give a folder with a whole UniPixel checkpoint: config.json, the tokenizer's files and safetensors.");
        try
        {
            return FromJson(json.RootElement, $"'{file}'");
        }
        catch (InvalidOperationException error)
        {
            // Text that is no Unicode.
            throw new ModelFolderException($"'{file}' cannot be read: {error.Message} Fetch the file again.", error);
        }
    }

    /// <param name="json">The whole of <c>config.json</c>. Beside the official fields, <c>sam2</c> may describe another tracker, and <c>min_pixels</c> and <c>max_pixels</c> other sizes of frames.</param>
    /// <param name="where">What messages call it.</param>
    /// <exception cref="ModelFolderException">A field is missing, of another kind, or asks for something unsupported.</exception>
    public static UniPixelConfig FromJson(JsonElement json, string where = "config.json")
    {
        var root = new ConfigSection(where, json);
        if (root.Flag("sam2_batch_mode", fallback: false))
            throw root.Unsupported("sam2_batch_mode", "true", "false is, which tracks objects instead of segmenting every frame by itself");
        if (!root.Flag("sam2_enable_decoder", fallback: true))
            throw root.Unsupported("sam2_enable_decoder", "false", "true is: without it there are no masks");
        var vision = QwenVisionConfig.FromJson(root.Section("vision_config"));
        if (vision.IsQwen3)
            throw root.Section("vision_config").Unsupported("deepstack_visual_indexes", "blocks", "the tower of Qwen2.5-VL is, which has none");
        // Old versions of transformers keep the language model's fields beside the vision tower's section.
        var text = root.Has("text_config") ? root.Section("text_config") : root;
        var language = LanguageModelConfig.FromJson(text, LanguageModelFamily.Qwen2);
        if (language.RotaryAxes.IsEmpty)
            throw text.Unsupported("rope_scaling", "no 'mrope_section'", "a Qwen2.5-VL language model with three positions per token is");
        if (vision.OutputSize != language.HiddenSize)
            throw root.Section("vision_config").Unsupported("out_hidden_size", $"{vision.OutputSize}", $"the language model's width, {language.HiddenSize}, is");
        var config = new UniPixelConfig
        {
            Vision = vision,
            Language = language with { TieWordEmbeddings = language.TieWordEmbeddings || root.Flag("tie_word_embeddings", fallback: false) },
            Tracker = UniPixelTracker.FromJson(root, json, where),
            SegmentationTokens = SegmentationTokensOf(root),
            MinPixels = root.Size("min_pixels", 128 * Cell * Cell),
            MaxPixels = root.Size("max_pixels", 256 * Cell * Cell),
            TokenIds = (IdOf(root, "ref_token_id"), IdOf(root, "seg_token_id"), IdOf(root, "mem_token_id")),
        };
        return config.MaxPixels >= config.MinPixels && config.MaxPixels >= (long)config.GroupSide * config.GroupSide
            ? config
            : throw root.Unsupported("max_pixels", $"{config.MaxPixels}", $"at least 'min_pixels' = {config.MinPixels} and a group of patches, {config.GroupSide * config.GroupSide}, is");
    }

    /// <summary>SAM 2.1 of a published size as UniPixel sets it up.</summary>
    internal static Sam2Config PublishedTracker(HieraConfig trunk, int imageSize) =>
        Sam2Config.HieraBasePlus(v21: true, imageSize) with { Trunk = trunk, AddAllFramesToCorrectAsCond = true };

    // A prompt of the tracker has one or a few tokens.
    private static int SegmentationTokensOf(ConfigSection root)
    {
        const int most = 64;
        var tokens = root.Size("sam2_hidden_tokens", 2);
        return tokens <= most ? tokens : throw root.Unsupported("sam2_hidden_tokens", $"{tokens}", $"1 to {most} is");
    }

    private static int? IdOf(ConfigSection root, string name) => root.Has(name) ? root.Size(name) : null;

    // More frames than are sampled would have none left, see SampledFrames.
    private long MostPixels(int frames) => (long)MaxPixels * Math.Max(1, SampledFrames / Math.Max(1, frames));
}
