namespace Sa2VA.Cluster.Postgres;

/// <summary>Pauses between attempts: 50 ms, doubling up to 5 s, less up to half of it by chance, so that nodes do not return all at once.</summary>
internal static class RetryPause
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    /// <summary>The pause after attempt number <paramref name="attempt"/>, from 1.</summary>
    public static TimeSpan After(int attempt)
    {
        var full = Shortest * Math.Pow(2, Math.Min(attempt - 1, 16));
        return (full < Longest ? full : Longest) * (1 - 0.5 * Random.Shared.NextDouble());
    }
}
