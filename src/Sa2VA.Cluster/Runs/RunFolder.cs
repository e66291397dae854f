namespace Sa2VA.Cluster.Runs;

/// <summary>Where things are in a work folder.</summary>
internal sealed class RunFolder(string root)
{
    public string Journal => Path.Combine(root, "journal.db");

    public string Results => Path.Combine(root, "results");

    public string Snapshots => Path.Combine(root, "snapshots");
}
