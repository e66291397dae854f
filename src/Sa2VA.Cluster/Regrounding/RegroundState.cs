using System.Collections.Immutable;
using Sa2VA.Cluster.Videos;

namespace Sa2VA.Cluster.Regrounding;

/// <summary>The latest time that the language model was asked again about a video, as far as it has come.</summary>
/// <param name="Pass">The pass that asked.</param>
/// <param name="Step">The tracked frame before which it asked.</param>
/// <param name="Answers">By target.</param>
public sealed record RegroundState(int Pass, int Step, ImmutableSortedDictionary<int, ResolvedPrompt> Answers)
{
    /// <summary>What came of it, by object; null until the tracker has seen the answers.</summary>
    public ImmutableSortedDictionary<int, RegroundOutcome>? Outcomes { get; init; }

    /// <summary>The step of the time before in the same pass; null when this is the first.</summary>
    public int? PreviousStep { get; init; }

    /// <summary>What came of the time before, by object.</summary>
    public ImmutableSortedDictionary<int, RegroundOutcome> PreviousOutcomes { get; init; } = ImmutableSortedDictionary<int, RegroundOutcome>.Empty;

    /// <summary>The state with an answer; another step than before begins a new one.</summary>
    internal static RegroundState With(RegroundState? before, int pass, int step, int target, ResolvedPrompt prompt)
    {
        if (before is not null && before.Pass == pass && before.Step == step) return before with { Answers = before.Answers.SetItem(target, prompt) };
        var goesOn = before is { Outcomes: not null } && before.Pass == pass && before.Step < step;
        return new RegroundState(pass, step, ImmutableSortedDictionary<int, ResolvedPrompt>.Empty.Add(target, prompt))
        {
            PreviousStep = goesOn ? before!.Step : null,
            PreviousOutcomes = goesOn ? before!.Outcomes! : ImmutableSortedDictionary<int, RegroundOutcome>.Empty,
        };
    }

    /// <summary>The step of the last time before a walk goes on at <paramref name="nextStep"/>; null for none in that pass.</summary>
    internal static int? LastBefore(RegroundState? state, int pass, int nextStep)
        => state is null || state.Pass != pass || state.Step > nextStep ? null : state.Step == nextStep ? state.PreviousStep : state.Step;
}
