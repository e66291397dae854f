namespace Sa2VA.Cluster.Gateway.Security;

/// <summary>What a key may do. Each includes nothing of the others.</summary>
public static class Scope
{
    /// <summary>Look at jobs, videos, masks, events, and the cluster.</summary>
    public const string Read = "read";

    /// <summary>Submit jobs, and cancel, hold, release and retry them.</summary>
    public const string Submit = "submit";

    /// <summary>Look at and clear dead letters.</summary>
    public const string Operate = "operate";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Read, Submit, Operate];
}
