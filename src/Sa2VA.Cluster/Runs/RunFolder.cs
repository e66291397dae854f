using System.Globalization;

namespace Sa2VA.Cluster.Runs;

/// <summary>Where things are in a work folder.</summary>
internal sealed class RunFolder(string root)
{
    public string Journal => Path.Combine(root, "journal.db");

    public string Results => Path.Combine(root, "results");

    public string SnapshotsOf(string videoId) => Path.Combine(root, "snapshots", videoId);

    public string Snapshot(string videoId, int nextStep)
        => Path.Combine(SnapshotsOf(videoId), string.Create(CultureInfo.InvariantCulture, $"tracker-{nextStep:D8}.safetensors"));

    /// <summary>Removes snapshots that no event refers to, all of them when <paramref name="keep"/> is null.</summary>
    public void PruneSnapshots(string videoId, string? keep)
    {
        var folder = SnapshotsOf(videoId);
        if (!Directory.Exists(folder)) return;
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            if (Path.GetFileName(file) != keep) File.Delete(file);
        }
    }
}
