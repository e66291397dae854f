namespace Sa2VA.Datasets.Tests.RefShapes;

/// <summary>Whether a claim is plainly true or plainly false of an object; neither is a sentence that should not have been said.</summary>
internal readonly record struct Finding(bool True, bool False);

/// <summary>One thing that a sentence says, judged by watching.</summary>
/// <param name="Words">As it stood in the sentence.</param>
/// <param name="Judge">Of a candidate among those whom the looks leave.</param>
internal sealed record Claim(string Words, Func<Observation, int, IReadOnlyList<int>, Finding> Judge);
