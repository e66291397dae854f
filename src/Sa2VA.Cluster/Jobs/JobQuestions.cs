using Sa2VA.Cluster.Runs;

namespace Sa2VA.Cluster.Jobs;

/// <summary>What is asked about every video of a job, beside what its line asks.</summary>
public sealed record JobQuestions
{
    private JobQuestions(IReadOnlyList<string> texts, bool caption) => (Texts, Caption) = (texts, caption);

    /// <summary>Nothing.</summary>
    public static JobQuestions None { get; } = new([], caption: false);

    /// <summary>Questions.</summary>
    public IReadOnlyList<string> Texts { get; }

    /// <summary>Whether each video is described.</summary>
    public bool Caption { get; }

    /// <summary>Checks what its owner writes.</summary>
    /// <param name="questions">Questions; null for none.</param>
    /// <param name="caption">Whether each video is described.</param>
    /// <exception cref="JobRefusedException">A question says nothing or too much, or there are too many.</exception>
    public static JobQuestions Of(IReadOnlyList<string>? questions, bool caption)
    {
        if (questions is null or [] && !caption) return None;
        if (questions?.Count > RunRules.MaxTargets) throw new JobRefusedException($"questions has {questions.Count}; a video is asked for at most {RunRules.MaxTargets} things.");
        for (var i = 0; i < questions?.Count; i++)
        {
            var text = questions[i];
            if (string.IsNullOrWhiteSpace(text)) throw new JobRefusedException($"questions[{i}] is empty; ask something, or leave it out.");
            if (text.Length > RunRules.MaxExpressionLength) throw new JobRefusedException($"questions[{i}] has {text.Length} characters; at most {RunRules.MaxExpressionLength} are taken.");
            if (text.Contains('\0', StringComparison.Ordinal)) throw new JobRefusedException($"questions[{i}] contains a NUL character.");
        }

        return new JobQuestions([.. questions ?? []], caption);
    }
}
