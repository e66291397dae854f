namespace Sa2VA.Models.Sa2va;

/// <summary>
/// Asking in words whether something is there. It is put as it is, not as a request for a mask. How sure a model is of "yes" is read from the
/// scores with which its answer begins.
/// </summary>
public static class PresenceQuestion
{
    /// <summary>What is answered when it is there.</summary>
    public const string Yes = "Yes.";

    /// <summary>What is answered when it is not.</summary>
    public const string No = "No.";

    /// <summary>The question.</summary>
    /// <param name="expression">What a person wants found.</param>
    /// <param name="isStill">Whether it is about a still picture.</param>
    public static string Of(string expression, bool isStill = false) => $"Does this {(isStill ? "image" : "video")} show \"{expression.Trim()}\"? Please answer yes or no.";

    /// <summary>What is read before the model chooses between the two answers.</summary>
    /// <exception cref="ArgumentException">There is nothing to ask for, or the tokenizer cannot tell the answers apart.</exception>
    internal static AnswerFork Fork(string expression, ReadOnlySpan<int> yes, ReadOnlySpan<int> no)
    {
        if (string.IsNullOrWhiteSpace(expression))
            throw new ArgumentException("The expression is empty. Say what to find, for example \"the person in the red shirt\".", nameof(expression));
        var shared = yes.CommonPrefixLength(no);
        if (shared == yes.Length || shared == no.Length)
            throw new ArgumentException($"The tokenizer makes the same tokens of '{Yes}' and '{No}', so this model cannot be asked in words whether something is there.", nameof(yes));
        return new AnswerFork(yes[..shared].ToArray(), yes[shared], no[shared]);
    }
}

/// <summary>Where two answers part.</summary>
/// <param name="Shared">The tokens with which both begin; mostly none.</param>
/// <param name="Yes">The next token of the one.</param>
/// <param name="No">The next token of the other.</param>
internal sealed record AnswerFork(int[] Shared, int Yes, int No)
{
    /// <summary>The probability of the one, were the two all that can be said.</summary>
    /// <param name="scores">Of <see cref="Yes"/> and <see cref="No"/>.</param>
    public static double ProbabilityOfYes(IReadOnlyList<float> scores) => 1 / (1 + Math.Exp((double)scores[1] - scores[0]));
}
