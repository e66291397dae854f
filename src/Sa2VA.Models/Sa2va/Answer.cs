using Sa2VA.Models.LanguageModels;
using Sa2VA.Models.Weights;

namespace Sa2VA.Models.Sa2va;

/// <summary>What the model said.</summary>
/// <param name="Text">The answer, <c>[SEG]</c> and other tokens of its own included, without the token that ended it.</param>
/// <param name="TokenIds">The new tokens, all of them.</param>
/// <param name="SegEmbeddings">One prompt vector of the tracker per <c>[SEG]</c>; none means that the model found no such object.</param>
/// <param name="Complete">False when the limit of tokens cut it off.</param>
public sealed record Answer(string Text, int[] TokenIds, float[][] SegEmbeddings, bool Complete)
{
    /// <summary>How probable "yes" was, against "no" alone, where that was asked: see <see cref="PresenceQuestion"/>. Null otherwise.</summary>
    public double? SaidYes { get; init; }
}

/// <summary>How a question is asked.</summary>
public sealed record AskOptions
{
    /// <summary>Most tokens of an answer. Default 2048 as in the official code, 1 to 8192.</summary>
    public int MaxNewTokens { get; init; } = 2048;

    /// <summary>Whether the question is passed on word for word instead of through <see cref="QuestionTemplate"/>.</summary>
    public bool Raw { get; init; }

    /// <summary>
    /// Whether it is a question about what is to be seen, not about what to outline: it is put as the first turn of a conversation, passed on but for white
    /// space around it.
    /// </summary>
    public bool Plain { get; init; }

    /// <summary>How tokens are drawn; null (the default) takes the likeliest one at every step.</summary>
    public SamplingOptions? Sampling { get; init; }

    internal AskOptions Validated()
    {
        _ = Sampling?.Validated();
        return MaxNewTokens is >= 1 and <= 8192
            ? this
            : throw new ArgumentOutOfRangeException(nameof(MaxNewTokens), MaxNewTokens, "AskOptions.MaxNewTokens must be 1 to 8192.");
    }
}

/// <summary>How a model folder is loaded.</summary>
public sealed record LoadOptions
{
    /// <summary>Element type that the vision tower and the language model compute in. Default float32 on the CPU, bfloat16 on a GPU.</summary>
    public Tensors.ScalarType? LanguageType { get; init; }

    /// <summary>Element type that the tracker computes in. Default float32.</summary>
    public Tensors.ScalarType TrackerType { get; init; } = Tensors.ScalarType.Float32;

    /// <summary>How the language model's matrices are held. Default as stored.</summary>
    public Quantization Quantize { get; init; }

    /// <summary>
    /// A plain SAM 2 checkpoint whose mask decoder does the propagation, so that the folder's own, which was fine-tuned for sentences, only
    /// reads those: the recipe of Sa2VA-i for plain Sa2VA weights. Default none.
    /// </summary>
    public string? Sam2 { get; init; }
}
