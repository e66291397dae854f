using Sa2VA.Cluster.Annotation.Texts;

namespace Sa2VA.Cluster.Annotation;

/// <summary>What became of an object.</summary>
public enum ObjectOutcome
{
    /// <summary>All levels are there, and both descriptions agree.</summary>
    Described,

    /// <summary>The two descriptions contradict each other.</summary>
    Conflicting,

    /// <summary>Whether they do could not be told.</summary>
    Unclear,

    /// <summary>The model had no words for a level.</summary>
    Undescribed,

    /// <summary>A question was refused.</summary>
    Refused,

    /// <summary>It is on no frame, or too small on all of them.</summary>
    TooSmall,

    /// <summary>The video has more objects, larger ones.</summary>
    LeftOut,
}

/// <summary>What is said of an object, level by level; null where nothing is.</summary>
public sealed record ObjectLevels
{
    /// <summary>The attempt that counts, from 1.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>The object alone.</summary>
    public string? Object { get; init; }

    /// <summary>The object outlined in its frame.</summary>
    public string? Whole { get; init; }

    /// <summary>Whether both are of the same thing; null before it was asked.</summary>
    public Verdict? Verdict { get; init; }

    /// <summary>The object in its surroundings.</summary>
    public string? Scene { get; init; }

    /// <summary>The object over time: the long expression.</summary>
    public string? Video { get; init; }

    /// <summary>The short expression.</summary>
    public string? Short { get; init; }
}

/// <summary>Where an object stands: what to ask next, or what became of it.</summary>
internal abstract record ObjectProgress
{
    // Another frame may be one that it has words for.
    private static bool IsSpeechless(ObjectProgress progress) => progress is Settled { Outcome: ObjectOutcome.Undescribed };

    // Once more when an answer is of no use; a model that then has none either will not have one.
    private const int Tries = 2;

    /// <summary>A question has to be asked.</summary>
    public sealed record Ask(AnnotationStep Step, int Attempt, string Prompt) : ObjectProgress;

    /// <summary>Nothing has to be asked.</summary>
    public sealed record Settled(ObjectOutcome Outcome, ObjectLevels Levels) : ObjectProgress;

    /// <summary>Where it stands by what is known. Pure: a work that was stopped goes on as it would have.</summary>
    /// <param name="record">The answers.</param>
    /// <param name="rules">How to go about it.</param>
    /// <param name="attempts">Frames that can be looked at, at least 1; no more are tried than the rules say.</param>
    /// <param name="frames">Frames that the video level is shown.</param>
    public static ObjectProgress Of(ObjectRecord record, AnnotationRules rules, int attempts, int frames)
    {
        var levels = new ObjectLevels();
        ObjectProgress otherwise;
        var most = Math.Min(attempts, rules.Attempts);
        for (var attempt = 1; attempt <= most; attempt++)
        {
            levels = new ObjectLevels { Attempt = attempt };
            if (Text(AnnotationStep.Cutout, AnnotationPrompts.Cutout, out otherwise) is not { } cutout)
            {
                if (IsSpeechless(otherwise) && attempt < most) continue;
                return otherwise;
            }

            levels = levels with { Object = cutout };
            if (Text(AnnotationStep.Whole, AnnotationPrompts.Whole, out otherwise) is not { } whole)
            {
                if (IsSpeechless(otherwise) && attempt < most) continue;
                return otherwise;
            }

            levels = levels with { Whole = whole };
            var answers = Answers(AnnotationStep.Check);
            var verdict = answers.Select(answer => VerdictText.Read(answer.Text)).FirstOrDefault(verdict => verdict != Verdict.Unclear, Verdict.Unclear);
            if (verdict == Verdict.Unclear && answers.Count < Tries)
                return Next(AnnotationStep.Check, AnnotationPrompts.Check(cutout, whole, again: answers.Count > 0));
            levels = levels with { Verdict = verdict };
            if (verdict == Verdict.Same) break;
        }

        var outcome = levels.Verdict switch { Verdict.Same => ObjectOutcome.Described, Verdict.Different => ObjectOutcome.Conflicting, _ => ObjectOutcome.Unclear };
        if (outcome != ObjectOutcome.Described && rules.Conflicts == ConflictRule.Drop) return new Settled(outcome, levels);
        if (Text(AnnotationStep.Scene, AnnotationPrompts.Scene(levels.Object!), out otherwise) is not { } scene) return otherwise;
        levels = levels with { Scene = scene };
        if (Text(AnnotationStep.Video, AnnotationPrompts.Video(scene, frames, rules.Words), out otherwise) is not { } video) return otherwise;
        levels = levels with { Video = video };
        if (!rules.Short) return new Settled(outcome, levels);
        if (Text(AnnotationStep.Short, AnnotationPrompts.Short(video), out otherwise) is not { } brief)
            return otherwise is Ask ? otherwise : new Settled(outcome, levels);
        return new Settled(outcome, levels with { Short = brief });

        List<StepAnswer> Answers(AnnotationStep step) => [.. record.Answers.Where(answer => answer.Step == step && answer.Attempt == levels.Attempt)];

        ObjectProgress Next(AnnotationStep step, string prompt) =>
            record.Refusal is null ? new Ask(step, levels.Attempt, prompt) : new Settled(ObjectOutcome.Refused, levels);

        // The text of a step, or null and what follows from that.
        string? Text(AnnotationStep step, string prompt, out ObjectProgress otherwise)
        {
            var answers = Answers(step);
            otherwise = answers.Count < Tries ? Next(step, prompt) : new Settled(ObjectOutcome.Undescribed, levels);
            return answers.Select(answer => DescriptionText.Clean(answer.Text, answer.Complete, rules.MaxLength)).FirstOrDefault(text => text.Length > 0);
        }
    }
}
