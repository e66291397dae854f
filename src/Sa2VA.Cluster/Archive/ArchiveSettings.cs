using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.Archive;

/// <summary>Where masks are kept for good: in a folder, in a bucket, or nowhere but in Redis.</summary>
public sealed record ArchiveSettings
{
    /// <summary>A folder that every node sees; null for none.</summary>
    public string? Folder { get; init; }

    /// <summary>A bucket; null for none.</summary>
    public S3ArchiveSettings? S3 { get; init; }

    /// <summary>The archive, not tried yet; null when there is to be none. An <see cref="S3Archive"/> is to be disposed of at the end.</summary>
    /// <exception cref="SettingsException">A setting is malformed, or there are two archives.</exception>
    public IMaskArchive? Open() => (Folder, S3) switch
    {
        (null, null) => null,
        ({ } folder, null) => Path.IsPathFullyQualified(folder) ? new FolderArchive(folder) : throw new SettingsException($"Archive:Folder is '{folder}'; it must be a full path, as nodes start in different places."),
        (null, { } bucket) => new S3Archive(bucket),
        _ => throw new SettingsException($"Archive:Folder is '{Folder}' and Archive:S3 is {S3}; there is one archive: leave one of them out."),
    };
}
