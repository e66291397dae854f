namespace Sa2VA.Cli.Clustering;

/// <summary>How a node's log reads.</summary>
internal enum NodeLogFormat
{
    /// <summary>A line for people.</summary>
    Text,

    /// <summary>A line of JSON for machines.</summary>
    Json,
}
