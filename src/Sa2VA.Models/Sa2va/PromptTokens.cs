using Sa2VA.Models.Tokenizers;

namespace Sa2VA.Models.Sa2va;

/// <summary>The token ids of conversations about frames, as one template puts them: for asking a model and for training one.</summary>
public sealed class PromptTokens
{
    private readonly PromptPart[] _before;
    private readonly PromptPart[] _after;
    private readonly PromptPart _frameStart;
    private readonly PromptPart _frameEnd;
    private readonly string _between;
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
        _frameStart = PromptPart.Token(tokenizer.RequiredId(isQwen ? QwenTokens.VisionStart : QwenTokens.ImageStart));
        _frameEnd = PromptPart.Token(tokenizer.RequiredId(isQwen ? QwenTokens.VisionEnd : QwenTokens.ImageEnd));
        // Over Qwen-VL frames are images of one message, which its template puts side by side.
        _between = isQwen ? "" : "\n";
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
            (PromptPart[])[PromptPart.Text(i == 0 ? "" : _between), _frameStart, PromptPart.Token(Placeholder, count), _frameEnd]))),
    ];

    /// <summary>A question and what stands between it and the answer; tokens spelled in the question are plain text.</summary>
    public int[] Question(string text) => Tokenizer.Encode([PromptPart.Text(text), .. _after], continues: true);

    /// <summary>An answer of our own, in which the spelling of a token stands for it, and its end.</summary>
    public int[] Answer(string text) => [.. Tokenizer.Encode(text, SpecialTokens.AsTokens), Stops[0]];
}
