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
    /// The answer to follow: the first one that has objects, when at least half of all have some; none otherwise. A question that could not be
    /// asked counts as not asked.
    /// </summary>
    /// <returns>The answer, and the key frames that it was about; null for those of the first question.</returns>
    public static (ResolvedPrompt Prompt, IReadOnlyList<int>? Steps) Choose(ResolvedPrompt first, IReadOnlyList<PresenceCheck> checks)
    {
        var answered = checks.Where(check => check.Prompt.Failure is null).ToList();
        if (first.Failure is not null || answered.Count == 0) return (first, null);
        var found = answered.Where(check => check.Prompt.Segments.Count > 0).ToList();
        var votes = found.Count + (first.Segments.Count > 0 ? 1 : 0);
        if (2 * votes < answered.Count + 1) return (first.Segments.Count == 0 ? first : answered.First(check => check.Prompt.Segments.Count == 0).Prompt, null);
        return first.Segments.Count > 0 ? (first, null) : (found[0].Prompt, found[0].Steps);
    }
}
