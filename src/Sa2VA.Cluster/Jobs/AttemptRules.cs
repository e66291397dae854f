namespace Sa2VA.Cluster.Jobs;

/// <summary>How often a video may be tried.</summary>
public static class AttemptRules
{
    /// <summary>Most crashes in a row that a node may be set to grant a video.</summary>
    public const int Most = 100;
}
