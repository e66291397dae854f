namespace Sa2VA.Models.LanguageModels;

/// <summary>
/// How the next token is drawn instead of taking the likeliest one. The scores go through the repetition penalty, the temperature,
/// <see cref="TopK"/> and <see cref="TopP"/>, in that order; one of what is left is drawn by its probability. The same seed and the same
/// scores give the same tokens, whatever else is decoded at the time.
/// </summary>
public sealed record SamplingOptions
{
    /// <summary>Divides the scores: below 1 likely tokens become likelier, above 1 less likely. Default 1, 0.01 to 100.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>Only so many of the likeliest tokens are drawn from. Default 0, all.</summary>
    public int TopK { get; init; }

    /// <summary>Only the likeliest tokens that have this probability together are drawn from, always one. Default 1, all; above 0.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Scores of tokens that are in the answer already are divided by it when positive and multiplied when negative. Default 1, none; 0.1 to 10.</summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>Decides the draws. Default 0.</summary>
    public ulong Seed { get; init; }

    /// <summary>The options, when they can be used.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is outside its range; the message names it and the range.</exception>
    public SamplingOptions Validated()
    {
        Check(Temperature is >= 0.01 and <= 100, nameof(Temperature), Temperature, "0.01 to 100; leave sampling off for the likeliest token");
        Check(TopK >= 0, nameof(TopK), TopK, "0 (all) or more");
        Check(TopP is > 0 and <= 1, nameof(TopP), TopP, "above 0 and at most 1 (all)");
        Check(RepetitionPenalty is >= 0.1 and <= 10, nameof(RepetitionPenalty), RepetitionPenalty, "0.1 to 10; 1 is none");
        return this;
    }

    private static void Check(bool fits, string name, object value, string range)
    {
        if (!fits) throw new ArgumentOutOfRangeException(name, value, $"{nameof(SamplingOptions)}.{name} must be {range}.");
    }
}
