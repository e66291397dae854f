using System.Globalization;
using Sa2VA.Models.Tokenizers;

namespace Sa2VA.Models.Sa2va;

/// <summary>The token ids of conversations about frames, as one template puts them: for asking a model and for training one.</summary>
public sealed class PromptTokens
{
    private readonly PromptPart[] _before;
    private readonly PromptPart[] _after;
    private readonly PromptPart[] _between;
    private readonly PromptPart _frameStart;
    private readonly PromptPart _frameEnd;
    private readonly string _betweenFrames;
    private readonly int _tokensPerFrame;

    /// <exception cref="ModelFolderException">The tokenizer lacks tokens that prompts need.</exception>
    public PromptTokens(Sa2vaConfig config, Tokenizer tokenizer)
    {
        var template = config.Template;
        Tokenizer = tokenizer;
        var isQwen = config.QwenVision is not null;
        Placeholder = tokenizer.RequiredId(isQwen ? QwenTokens.ImagePad : QwenTokens.ImageContext);
        Segmentation = tokenizer.RequiredId(QwenTokens.Segmentation);
        Stops = [.. template.StopWords.Select(tokenizer.RequiredId).Concat(tokenizer.EndOfSequence is { } end ? [end] : []).Distinct()];
        _before = [.. tokenizer.Parts(template.Before)];
        _after = [.. tokenizer.Parts(template.After)];
        _between = [.. tokenizer.Parts(template.Between)];
        _frameStart = PromptPart.Token(tokenizer.RequiredId(isQwen ? QwenTokens.VisionStart : QwenTokens.ImageStart));
        _frameEnd = PromptPart.Token(tokenizer.RequiredId(isQwen ? QwenTokens.VisionEnd : QwenTokens.ImageEnd));
        // Over Qwen-VL frames are images of one message, which its template puts side by side.
        _betweenFrames = isQwen ? "" : "\n";
        _tokensPerFrame = config.TokensPerFrame;
    }

    public Tokenizer Tokenizer { get; }

    /// <summary>The id at which vision features stand.</summary>
    public int Placeholder { get; }

    /// <summary><c>[SEG]</c>.</summary>
    public int Segmentation { get; }

    /// <summary>The ids that end an answer, the template's own first.</summary>
    public int[] Stops { get; }

    /// <summary>What stands before a question: the turn's beginning, then the frames with a line break between (over Qwen-VL nothing, and each of the most tokens there can be).</summary>
    public int[] Prefix(int frames) => Prefix([.. Enumerable.Repeat(_tokensPerFrame, frames)]);

    /// <summary>The same for frames of so many tokens each.</summary>
    public int[] Prefix(IReadOnlyList<int> tokens) =>
    [
        .. Tokenizer.BeginOfSequence is { } begin ? (int[])[begin] : [],
        .. Tokenizer.Encode(_before.Concat(tokens.SelectMany((count, i) =>
            (PromptPart[])[PromptPart.Text(i == 0 ? "" : _betweenFrames), _frameStart, PromptPart.Token(Placeholder, count), _frameEnd]))),
    ];

    /// <summary>The same for a still picture: one stretch of tokens, then those of its regions. What follows them is <see cref="Tail"/>.</summary>
    /// <param name="tokens">Of the picture, all tiles together.</param>
    /// <param name="regions">Tokens of each region.</param>
    /// <exception cref="ModelFolderException">There are regions, and the tokenizer has no tokens for them.</exception>
    public int[] StillPrefix(int tokens, IReadOnlyList<int> regions)
    {
        PromptPart[] picture = [.. _before, _frameStart, PromptPart.Token(Placeholder, tokens), _frameEnd];
        return [.. Tokenizer.BeginOfSequence is { } begin ? (int[])[begin] : [], .. Tokenizer.Encode([.. picture, .. RegionParts(regions)])];
    }

    /// <summary>What <see cref="StillPrefix"/> ends with: from the token that ends the picture, which is cut by itself, to its last region.</summary>
    /// <param name="regions">Tokens of each, one at least.</param>
    /// <exception cref="ModelFolderException">The tokenizer has no tokens for them.</exception>
    public int[] Regions(IReadOnlyList<int> regions) => Tokenizer.Encode(RegionParts(regions), continues: true);

    private List<PromptPart> RegionParts(IReadOnlyList<int> regions)
    {
        if (regions.Count == 0) return [];
        var (start, end) = (PromptPart.Token(Tokenizer.RequiredId(QwenTokens.RegionStart)), PromptPart.Token(Tokenizer.RequiredId(QwenTokens.RegionEnd)));
        List<PromptPart> parts = [PromptPart.Text(string.Create(CultureInfo.InvariantCulture, $"\nThere are {regions.Count} part regions in the picture: "))];
        for (var i = 0; i < regions.Count; i++)
            parts.AddRange([PromptPart.Text(string.Create(CultureInfo.InvariantCulture, $"{(i == 0 ? "" : ", ")}region{i + 1}")), start, PromptPart.Token(Placeholder, regions[i]), end]);
        return parts;
    }

    /// <summary>What stands between so many regions and the question, and is cut into tokens together with it.</summary>
    public static string Tail(int regions) => regions == 0 ? "" : ".\n";

    /// <summary>A question and what stands between it and the answer; tokens spelled in the question are plain text.</summary>
    public int[] Question(string text) => Tokenizer.Encode([PromptPart.Text(text), .. _after], continues: true);

    /// <summary>The same where nothing stands before the question: the first of a conversation without pictures.</summary>
    public int[] Opening(string text) =>
    [
        .. Tokenizer.BeginOfSequence is { } begin ? (int[])[begin] : [],
        .. Tokenizer.Encode([.. _before, PromptPart.Text(text), .. _after]),
    ];

    /// <summary>The same after an answer, from the token that ends it on.</summary>
    public int[] FollowUp(string text) => Tokenizer.Encode([PromptPart.Token(Stops[0]), .. _between, PromptPart.Text(text), .. _after], continues: true);

    /// <summary>An answer of our own, in which the spelling of a token stands for it, and its end.</summary>
    public int[] Answer(string text) => [.. Tokenizer.Encode(text, SpecialTokens.AsTokens), Stops[0]];
}
