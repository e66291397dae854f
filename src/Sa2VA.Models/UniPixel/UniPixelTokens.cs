using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Tokenizers;

namespace Sa2VA.Models.UniPixel;

/// <summary>The token ids of conversations with a UniPixel: ChatML, and a clip as one video in the turn of the user.</summary>
public sealed class UniPixelTokens
{
    public const string Reference = "<|ref|>";
    public const string Segmentation = "<|seg|>";
    public const string Memory = "<|mem|>";

    private static readonly ChatTemplate Template = ChatTemplate.QwenWithSystem;

    private readonly PromptPart[] _before;
    private readonly PromptPart[] _after;
    private readonly PromptPart[] _between;
    private readonly PromptPart _clipStart;
    private readonly PromptPart _clipEnd;

    /// <exception cref="ModelFolderException">The tokenizer lacks tokens that prompts need, or has them at other places than config.json says.</exception>
    public UniPixelTokens(UniPixelConfig config, Tokenizer tokenizer)
    {
        Tokenizer = tokenizer;
        Placeholder = tokenizer.RequiredId(QwenTokens.VideoPad);
        ReferenceId = Agreed(tokenizer, Reference, "ref_token_id", config.TokenIds.Reference);
        SegmentationId = Agreed(tokenizer, Segmentation, "seg_token_id", config.TokenIds.Segmentation);
        MemoryId = Agreed(tokenizer, Memory, "mem_token_id", config.TokenIds.Memory);
        Stops = [.. Template.StopWords.Select(tokenizer.RequiredId).Concat(tokenizer.EndOfSequence is { } end ? [end] : []).Distinct()];
        _before = [.. tokenizer.Parts(Template.Before)];
        _after = [.. tokenizer.Parts(Template.After)];
        _between = [.. tokenizer.Parts(Template.Between)];
        _clipStart = PromptPart.Token(tokenizer.RequiredId(QwenTokens.VisionStart));
        _clipEnd = PromptPart.Token(tokenizer.RequiredId(QwenTokens.VisionEnd));
    }

    public Tokenizer Tokenizer { get; }

    /// <summary>The id at which the clip's features stand.</summary>
    public int Placeholder { get; }

    /// <summary><c>&lt;|ref|&gt;</c>: an object that is pointed at.</summary>
    public int ReferenceId { get; }

    /// <summary><c>&lt;|seg|&gt;</c>: a mask track.</summary>
    public int SegmentationId { get; }

    /// <summary><c>&lt;|mem|&gt;</c>: what was seen of an object in a pair of frames.</summary>
    public int MemoryId { get; }

    /// <summary>The ids that end an answer, the template's own first.</summary>
    public int[] Stops { get; }

    /// <summary>What stands before a question: the system's turn, and the clip.</summary>
    public int[] Prefix(int clipTokens) => Tokenizer.Encode([.. _before, _clipStart, PromptPart.Token(Placeholder, clipTokens), _clipEnd]);

    /// <summary>A question and what stands between it and the answer.</summary>
    /// <param name="question">Parts; in text the spelling of a token is plain text.</param>
    /// <param name="answer">The beginning of the answer, given.</param>
    public int[] Question(IEnumerable<PromptPart> question, IEnumerable<PromptPart>? answer = null)
        => Tokenizer.Encode([.. question, .. _after, .. answer ?? []], continues: true);

    /// <summary>The first question of a conversation about nothing to see.</summary>
    public int[] Opening(string text) => Tokenizer.Encode([.. _before, PromptPart.Text(text), .. _after]);

    /// <summary>A question after an answer, from the token that ends it on.</summary>
    public int[] FollowUp(string text) => Tokenizer.Encode([PromptPart.Token(Stops[0]), .. _between, PromptPart.Text(text), .. _after], continues: true);

    /// <summary>An answer of our own, and its end.</summary>
    public int[] Answer(string text) => [.. Tokenizer.Encode(text, SpecialTokens.AsTokens), Stops[0]];

    private static int Agreed(Tokenizer tokenizer, string token, string field, int? configured)
    {
        var id = tokenizer.RequiredId(token);
        return configured is not { } other || other == id ? id : throw new ModelFolderException(
            $"config.json sets '{field}' to {other}, but the tokenizer has '{token}' at {id}. The tokenizer's files and config.json belong to different checkpoints.");
    }
}
