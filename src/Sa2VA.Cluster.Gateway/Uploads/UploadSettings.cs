using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.Gateway.Uploads;

/// <summary>Where small videos of callers are kept, and what they may be.</summary>
public sealed record UploadSettings
{
    /// <summary>The folder; made when absent. Nodes have it too.</summary>
    public required string Folder { get; init; }

    /// <summary>What jobs call the folder: the <c>name</c> of a root in the nodes' sources. Default <c>uploads</c>; null when it lies in another root, at the same path everywhere.</summary>
    public string? Root { get; init; } = "uploads";

    /// <summary>Largest upload, bytes. Default 256 MiB.</summary>
    public long MaxBytes { get; init; } = 256L << 20;

    /// <summary>Most bytes in the folder; what is beyond is refused. Default 64 GiB.</summary>
    public long FolderBytes { get; init; } = 64L << 30;

    /// <summary>Longest upload. Default 1 hour.</summary>
    public TimeSpan MaxDuration { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Uploads at the same time. Default 4, 1 to 100.</summary>
    public int AtOnce { get; init; } = 4;

    /// <exception cref="SettingsException">A setting is wrong.</exception>
    internal void Check()
    {
        if (string.IsNullOrWhiteSpace(Folder)) throw new SettingsException("uploads.folder is empty; name the folder that uploads are kept in.");
        if (MaxBytes < 1 || FolderBytes < MaxBytes) throw new SettingsException($"uploads.maxBytes is {MaxBytes} and uploads.folderBytes {FolderBytes}; the first must be at least 1, the second at least as much.");
        if (MaxDuration <= TimeSpan.Zero) throw new SettingsException($"uploads.maxDuration is {MaxDuration}; it must be more than nothing.");
        if (AtOnce is < 1 or > 100) throw new SettingsException($"uploads.atOnce is {AtOnce}; it may be 1 to 100.");
    }
}
