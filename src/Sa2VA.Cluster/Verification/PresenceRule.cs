using Sa2VA.Cluster.Videos;

namespace Sa2VA.Cluster.Verification;

/// <summary>Which of several answers to a sentence is followed, and where they look. Pure.</summary>
internal static class PresenceRule
{
    /// <summary>
    /// The key frames of a further question: as many points between those of the first one, other ones each time.
    /// </summary>
    /// <param name="steps">Tracked frames of the video.</param>
    /// <param name="count">Key frames, at least 1.</param>
    /// <param name="ask">Which further question, from 1 to <paramref name="asks"/>.</param>
    /// <param name="asks">Further questions in all.</param>
    public static int[] KeySteps(int steps, int count, int ask, int asks)
        => [.. Enumerable.Range(0, count).Select(i => (int)((i + ask / (asks + 1.0)) * steps / count)).Distinct()];

    /// <summary>
    /// The answer to follow: the first one that has objects. "Not there" is said of a few frames, and an object may be seen on others only;
    /// what is found once is tracked, and its masks then speak for it or against it.
    /// </summary>
    /// <returns>The answer, and the key frames that it was about; null for those of the first question.</returns>
    public static (ResolvedPrompt Prompt, IReadOnlyList<int>? Steps) Choose(ResolvedPrompt first, IReadOnlyList<PresenceCheck> checks)
    {
        if (first.Failure is not null || first.Segments.Count > 0) return (first, null);
        return checks.FirstOrDefault(check => check.Prompt.Segments.Count > 0) is { } found ? (found.Prompt, found.Steps) : (first, null);
    }
}
