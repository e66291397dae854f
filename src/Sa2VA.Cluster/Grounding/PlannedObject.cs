using System.Collections.Immutable;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Videos;
using Sa2VA.Models.Sa2va;

namespace Sa2VA.Cluster.Grounding;

/// <summary>One object of a run: where it comes from and how the tracker will learn of it.</summary>
internal sealed record PlannedObject(int ObjectId, int Target, string Label)
{
    /// <summary>What the language model said.</summary>
    public string? Answer { get; init; }

    /// <summary>The embedding of its <c>[SEG]</c>.</summary>
    public float[]? Embedding { get; init; }

    /// <summary>The key frames that the answer is about; null for those of the first question.</summary>
    public IReadOnlyList<int>? KeySteps { get; init; }

    /// <summary>Hints given by hand.</summary>
    public IReadOnlyList<VisualPrompt> Shown { get; init; } = [];

    /// <summary>Whether it is what a sentence means: of such the language model is asked again.</summary>
    public bool IsOfSentence { get; init; }

    /// <summary>Why the language model could not be asked.</summary>
    public string? Failure { get; init; }

    /// <summary>False for an absent object, and for one that could not be asked about: its masks are empty.</summary>
    public bool IsTracked => Embedding is not null || Shown.Count > 0;

    /// <summary>The objects that are known by now, of the job and of what was added; none before all questions of the job are answered.</summary>
    public static IReadOnlyList<PlannedObject> Known(VideoOrder order, Video video)
    {
        var all = video.WithAdded(order);
        var answered = all.Targets.TakeWhile((target, index) => target is RunTarget.Prompted || video.IsGrounded(order, index)).Count();
        return answered < order.Targets.Count ? [] : Of(all with { Targets = [.. all.Targets.Take(answered)] }, video);
    }

    /// <summary>The objects of a video whose expressions are all resolved, numbered from 1.</summary>
    public static IReadOnlyList<PlannedObject> Of(VideoOrder order, Video video)
    {
        var prompts = video.Grounded;
        var objects = new List<PlannedObject>();
        for (var target = 0; target < order.Targets.Count; target++)
        {
            var label = order.Targets[target].Label;
            if (order.Targets[target] is RunTarget.Prompted(_, var shown))
            {
                objects.Add(new PlannedObject(objects.Count + 1, target, label) { Shown = shown });
                continue;
            }

            var prompt = prompts[target];
            var found = prompt.Segments.Count;
            var inWords = order.Targets[target] is RunTarget.Question or RunTarget.Caption;
            // What is said without a mask says nothing about what is there.
            if (found == 0 && inWords) continue;
            for (var segment = 0; segment < Math.Max(found, 1); segment++)
                objects.Add(new PlannedObject(objects.Count + 1, target, prompt.Caption is { } caption ? LabelOf(caption, segment) : found > 1 ? $"{label} ({segment + 1})" : label)
                {
                    IsOfSentence = !inWords,
                    Answer = prompt.Failure is null ? prompt.Answer : null,
                    Embedding = found == 0 ? null : prompt.Segments[segment],
                    Failure = prompt.Failure,
                    KeySteps = video.GroundedSteps(target),
                });
        }

        return objects;
    }

    private static string LabelOf(GroundedCaption caption, int segment)
        => caption.Phrases.FirstOrDefault(one => one.Segment == segment) is { Length: > 0 } phrase ? caption.TextOf(phrase) : $"(no phrase) ({segment + 1})";
}
