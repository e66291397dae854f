namespace Sa2VA.Models.Tokenizers;

/// <summary>The tokens that Qwen2.5, InternVL and Sa2VA add to a vocabulary, in their order; official folders start at 151643.</summary>
public static class QwenTokens
{
    public const string EndOfText = "<|endoftext|>";
    public const string TurnStart = "<|im_start|>";
    public const string TurnEnd = "<|im_end|>";
    public const string ImageStart = "<img>";
    public const string ImageEnd = "</img>";
    public const string ImageContext = "<IMG_CONTEXT>";
    public const string VisionStart = "<|vision_start|>";
    public const string VisionEnd = "<|vision_end|>";
    public const string ImagePad = "<|image_pad|>";
    public const string VideoPad = "<|video_pad|>";
    public const string Segmentation = "[SEG]";
    public const string PhraseStart = "<p>";
    public const string PhraseEnd = "</p>";
    public const string RegionStart = "<vp>";
    public const string RegionEnd = "</vp>";

    /// <summary>First added id of the official Qwen2.5 vocabularies.</summary>
    public const int OfficialBase = 151_643;

    private static readonly string[] Control =
    [
        EndOfText, TurnStart, TurnEnd,
        "<|object_ref_start|>", "<|object_ref_end|>", "<|box_start|>", "<|box_end|>", "<|quad_start|>", "<|quad_end|>",
        VisionStart, VisionEnd, "<|vision_pad|>", ImagePad, VideoPad,
    ];

    private static readonly string[] Plain =
    [
        "<tool_call>", "</tool_call>", "<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>", "<|fim_pad|>", "<|repo_name|>", "<|file_sep|>",
    ];

    private static readonly string[] InternVl =
    [
        ImageStart, ImageEnd, ImageContext, "<quad>", "</quad>", "<ref>", "</ref>", "<box>", "</box>",
    ];

    private static readonly string[] UniPixel = ["<|ref|>", "<|seg|>", "<|mem|>"];

    private static readonly string[] Sa2va = [Segmentation, PhraseStart, PhraseEnd, RegionStart, RegionEnd];

    /// <summary>How many there are: vocabulary base plus this is the smallest embedding.</summary>
    public static int AddedCount => Control.Length + Plain.Length + InternVl.Length + Sa2va.Length;

    /// <summary>
    /// A tokenizer whose merged vocabulary is the 256 bytes, for a randomly initialised model: it encodes and decodes every text.
    /// </summary>
    /// <param name="firstAdded">Id of <c>&lt;|endoftext|&gt;</c>, at least 256; ids between the bytes and it have no token.</param>
    public static TokenizerSpec ByteLevel(int firstAdded = OfficialBase)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(firstAdded, 256);
        return new TokenizerSpec
        {
            Vocabulary = Enumerable.Range(0, 256).ToDictionary(b => ByteAlphabet.Character((byte)b).ToString(), b => b, StringComparer.Ordinal),
            Merges = [],
            AddedTokens = Added(firstAdded),
            EndOfSequence = TurnEnd,
            Padding = EndOfText,
        };
    }

    /// <summary>The same with the tokens of Sa2VA over Qwen2.5-VL, or over Qwen3-VL, which has a few more.</summary>
    internal static TokenizerSpec ByteLevelQwenVl(int firstAdded, bool isQwen3)
    {
        var plain = isQwen3 ? Plain.Concat(["<tool_response>", "</tool_response>", "<think>", "</think>"]) : Plain;
        return WithAdded(firstAdded, plain, Sa2va);
    }

    /// <summary>The same with the tokens of UniPixel over Qwen2.5-VL.</summary>
    internal static TokenizerSpec ByteLevelUniPixel(int firstAdded) => WithAdded(firstAdded, Plain, UniPixel);

    /// <summary>What InternVL and Sa2VA add to the vocabulary of any language model, numbered from <paramref name="first"/>.</summary>
    internal static IEnumerable<AddedToken> AddedToAny(int first) => InternVl.Concat(Sa2va).Select((content, index) => new AddedToken(first + index, content));

    private static TokenizerSpec WithAdded(int firstAdded, IEnumerable<string> plain, IEnumerable<string> own)
    {
        var tokens = Control.Select(content => (content, special: true)).Concat(plain.Select(content => (content, special: false))).Concat(own.Select(content => (content, special: true)));
        var spec = ByteLevel(firstAdded);
        return new TokenizerSpec
        {
            Vocabulary = spec.Vocabulary, Merges = spec.Merges, EndOfSequence = spec.EndOfSequence, Padding = spec.Padding,
            AddedTokens = [.. tokens.Select((token, index) => new AddedToken(firstAdded + index, token.content, token.special))],
        };
    }

    /// <summary>The added tokens, numbered from <paramref name="first"/>.</summary>
    public static IReadOnlyList<AddedToken> Added(int first)
    {
        var tokens = Control.Select(content => (content, special: true))
            .Concat(Plain.Select(content => (content, special: false)))
            .Concat(InternVl.Concat(Sa2va).Select(content => (content, special: true)));
        return [.. tokens.Select((token, index) => new AddedToken(first + index, token.content, token.special))];
    }
}
