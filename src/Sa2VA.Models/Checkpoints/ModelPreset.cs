using System.Text.Json.Nodes;
using Sa2VA.Models.DeSa2va;
using Sa2VA.Models.LanguageModels;
using Sa2VA.Models.Sam2;
using Sa2VA.Models.Tokenizers;
using Sa2VA.Models.Tokenizers.SentencePiece;

namespace Sa2VA.Models.Checkpoints;

/// <summary>
/// A configuration that a random checkpoint can be made of. The real sizes have the shapes of the published checkpoints, for
/// measurements; the tiny ones have every part of the architecture and run in milliseconds, for tests.
/// </summary>
public sealed record ModelPreset
{
    private ModelPreset(string name, string description) => (Name, Description) = (name, description);

    /// <summary>What the command line calls it.</summary>
    public string Name { get; }

    /// <summary>One line for a list.</summary>
    public string Description { get; }

    /// <summary>What it makes.</summary>
    public ModelKind Kind { get; private init; } = ModelKind.Sa2vaInternVl;

    /// <summary>Whether it has Sa2VA-i's second mask decoder.</summary>
    public bool HasModifiedDecoder { get; private init; }

    /// <summary>DeSa2VA's head; null for a plain Sa2VA.</summary>
    public DecoupledConfig? Decoupled { get; private init; }

    /// <summary>The language model.</summary>
    public LanguageModelFamily Family { get; private init; } = LanguageModelFamily.Qwen2;

    /// <summary>The first id of the added tokens; the ids before it are the base vocabulary.</summary>
    public int FirstAddedToken { get; private init; } = QwenTokens.OfficialBase;

    internal LanguageModelSize Language { get; private init; } = new(896, 24, 14, 2, 4864);

    /// <summary>The vision tower and rotation over Qwen-VL; null over InternVL.</summary>
    internal QwenVlSize? Qwen { get; private init; }

    internal VisionTowerSize Vision { get; private init; } = new(1024, 24, 16, 4096, 448);

    /// <summary>The tracker's configuration in the terms of the official code; null for a published one, which config.json does not mention.</summary>
    internal JsonNode? Tracker { get; private init; }

    /// <summary>The published tracker that a plain SAM 2 checkpoint is made for.</summary>
    internal Sam2Config? Published { get; private init; }

    /// <summary>All presets, the smallest first.</summary>
    public static IReadOnlyList<ModelPreset> All { get; } =
    [
        Tiny("tiny", "every part of Sa2VA at a few thousand parameters each, tracker at 128×128: for tests", modifiedDecoder: false),
        Tiny("tiny-i", "the same with Sa2VA-i's second mask decoder", modifiedDecoder: true),
        Tiny("tiny-desa2va", "the same with DeSa2VA's decoupled head and its second mask decoder", modifiedDecoder: false) with { Decoupled = new() },
        Tiny("tiny-internlm2", "the same over InternLM2 with a SentencePiece tokenizer", modifiedDecoder: false) with { Family = LanguageModelFamily.InternLm2, FirstAddedToken = 384 },
        Tiny("tiny-phi3", "the same over Phi-3 with a SentencePiece tokenizer", modifiedDecoder: false) with { Family = LanguageModelFamily.Phi3, FirstAddedToken = 384 },
        Tiny("tiny-qwen2.5vl", "the same over Qwen2.5-VL", modifiedDecoder: false) with { Kind = ModelKind.Sa2vaQwenVl, Qwen = QwenVlSize.TinyQwen25 },
        Tiny("tiny-qwen3vl", "the same over Qwen3-VL", modifiedDecoder: false) with { Kind = ModelKind.Sa2vaQwenVl, Qwen = QwenVlSize.TinyQwen3, Family = LanguageModelFamily.Qwen3 },
        Tiny("tiny-unipixel", "every part of UniPixel, tracker of SAM 2.1 at 128×128", modifiedDecoder: false) with
        {
            Kind = ModelKind.UniPixel, Qwen = QwenVlSize.TinyQwen25, Tracker = PresetConfig.TinyTracker21(),
        },
        new("sam2-tiny", "the tracker of 'tiny' alone, as a plain SAM 2 checkpoint") { Kind = ModelKind.Sam2, Tracker = PresetConfig.TinyTracker() },
        Sam2("sam2.1-t", "Hiera-T", Sam2Config.HieraTiny()),
        Sam2("sam2.1-s", "Hiera-S", Sam2Config.HieraSmall()),
        Sam2("sam2.1-b+", "Hiera-B+", Sam2Config.HieraBasePlus()),
        Sam2("sam2.1-l", "Hiera-L", Sam2Config.HieraLarge()),
        new("1b", "the shapes of Sa2VA-1B (InternVL2.5-1B: InternViT-300M, Qwen2.5-0.5B, Hiera-L)"),
        new("internvl3-2b", "the shapes of Sa2VA-InternVL3-2B (InternViT-300M, Qwen2.5-1.5B, Hiera-L)") { Language = new(1536, 28, 12, 2, 8960) },
        new("4b", "the shapes of Sa2VA-4B (InternVL2.5-4B: InternViT-300M, Qwen2.5-3B, Hiera-L)") { Language = new(2048, 36, 16, 2, 11008) },
        new("4b-phi3", "the shapes of the first Sa2VA-4B (InternVL2-4B: InternViT-300M, Phi-3-mini-128k, Hiera-L)")
        {
            Family = LanguageModelFamily.Phi3, FirstAddedToken = RandomVocabulary.Phi3Pieces, Language = new(3072, 32, 32, 32, 8192),
        },
        new("qwen2.5vl-3b", "the shapes of Sa2VA-Qwen2_5-VL-3B (Hiera-L)")
        {
            Kind = ModelKind.Sa2vaQwenVl, Language = new(2048, 36, 16, 2, 11008), Qwen = QwenVlSize.Qwen25,
        },
        new("unipixel-3b", "the shapes of UniPixel-3B (Qwen2.5-VL-3B, Hiera-B+ at 768), its output head not tied to the embedding")
        {
            Kind = ModelKind.UniPixel, Language = new(2048, 36, 16, 2, 11008), Qwen = QwenVlSize.Qwen25,
        },
        new("qwen3vl-4b", "the shapes of Sa2VA-Qwen3-VL-4B (Hiera-L)")
        {
            Kind = ModelKind.Sa2vaQwenVl, Family = LanguageModelFamily.Qwen3, Language = new(2560, 36, 32, 8, 9728), Qwen = QwenVlSize.Qwen3,
        },
        new("8b", "the shapes of Sa2VA-8B (InternVL2.5-8B: InternViT-300M, internlm2_5-7b, Hiera-L)")
        {
            Family = LanguageModelFamily.InternLm2, FirstAddedToken = RandomVocabulary.InternLm2Pieces, Language = new(4096, 32, 32, 8, 14336),
        },
        new("26b", "the shapes of Sa2VA-26B (InternVL2.5-26B: InternViT-6B, internlm2_5-20b, Hiera-L)")
        {
            Family = LanguageModelFamily.InternLm2, FirstAddedToken = RandomVocabulary.InternLm2Pieces, Language = new(6144, 48, 48, 8, 16384),
            Vision = new(3200, 45, 25, 12800, 448) { Is6B = true },
        },
    ];

    /// <summary>The preset of that name.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists them.</exception>
    public static ModelPreset Named(string name) =>
        All.FirstOrDefault(preset => string.Equals(preset.Name, name, StringComparison.Ordinal))
        ?? throw new ArgumentException($"There is no preset '{name}'. Known are {string.Join(", ", All.Select(preset => preset.Name))}.", nameof(name));

    /// <summary><c>config.json</c> with the fields of the official one, and <c>sam2</c> where the tracker is not a published one.</summary>
    /// <param name="vocabulary">Rows of the embedding: tokens of the tokenizer.</param>
    /// <returns>Null when the official folder has no such file: a published SAM 2 alone.</returns>
    public JsonObject? Config(int vocabulary) => PresetConfig.Build(this, vocabulary);

    /// <summary>A tokenizer that encodes and decodes every text, with the added tokens of the family.</summary>
    public Tokenizer NewTokenizer() => Family switch
    {
        _ when Kind == ModelKind.UniPixel => new Tokenizer(QwenTokens.ByteLevelUniPixel(FirstAddedToken)),
        _ when Qwen is { } qwen => new Tokenizer(QwenTokens.ByteLevelQwenVl(FirstAddedToken, qwen.Vision.IsQwen3)),
        LanguageModelFamily.InternLm2 => new Tokenizer(RandomVocabulary.InternLm2(FirstAddedToken)),
        LanguageModelFamily.Phi3 => new Tokenizer(RandomVocabulary.Phi3(FirstAddedToken)),
        _ => new Tokenizer(QwenTokens.ByteLevel(FirstAddedToken)),
    };

    private static ModelPreset Sam2(string name, string trunk, Sam2Config config) =>
        new(name, $"SAM 2.1 {trunk} alone at 1024×1024, as a plain SAM 2 checkpoint") { Kind = ModelKind.Sam2, Published = config };

    private static ModelPreset Tiny(string name, string description, bool modifiedDecoder) => new(name, description)
    {
        HasModifiedDecoder = modifiedDecoder,
        FirstAddedToken = 256,
        Language = new(64, 2, 4, 2, 128),
        Vision = new(64, 2, 4, 128, 112),
        Tracker = PresetConfig.TinyTracker(),
    };
}

/// <summary>What differs between the language models of the presets.</summary>
internal sealed record LanguageModelSize(int Width, int Layers, int Heads, int KeyValueHeads, int Hidden);

/// <summary>What differs between the vision towers of the presets.</summary>
internal sealed record VisionTowerSize(int Width, int Layers, int Heads, int Hidden, int ImageSize)
{
    /// <summary>InternViT-6B has other norms and no biases in its attention.</summary>
    public bool Is6B { get; init; }
}
