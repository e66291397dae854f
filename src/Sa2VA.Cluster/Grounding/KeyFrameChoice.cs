using Sa2VA.Cluster.Runs;

namespace Sa2VA.Cluster.Grounding;

/// <summary>Which steps are shown to the language model.</summary>
public static class KeyFrameChoice
{
    /// <summary>
    /// Distinct steps in order. Sa2VA: the first <paramref name="count"/>. Sa2VA-i: spread evenly from the first to the
    /// last, cut to integers; a video with fewer steps gives each once.
    /// </summary>
    public static IReadOnlyList<int> Steps(GroundingProtocol protocol, int steps, int count)
    {
        if (protocol == GroundingProtocol.Sa2va || count >= steps) return [.. Enumerable.Range(0, Math.Min(count, steps))];
        if (count == 1) return [0];
        // As numpy's linspace: the last point is the end itself, not a rounded product.
        var stride = (steps - 1) / (double)(count - 1);
        return [.. Enumerable.Range(0, count).Select(i => i == count - 1 ? steps - 1 : (int)(i * stride)).Distinct()];
    }
}
