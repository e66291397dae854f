namespace Sa2VA.Cluster.Jobs;

/// <summary>Which jobs are meant.</summary>
/// <param name="Standing">How they stand; null for any.</param>
/// <param name="Text">Part of their title, id, model or key, whatever its case; null or empty for any.</param>
public sealed record JobFilter(JobStanding? Standing = null, string? Text = null)
{
    /// <summary>All jobs.</summary>
    public static JobFilter All { get; } = new();
}

/// <summary>How a job stands as a whole.</summary>
public enum JobStanding
{
    /// <summary>Something is left to do, also when it is held back.</summary>
    Active,

    /// <summary>Nothing is left to do.</summary>
    Done,

    /// <summary>A video failed, or was given up.</summary>
    Failed,
}
