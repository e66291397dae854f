using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.Sources;

/// <summary>Where a node may take videos from, and what they may cost. Nothing is allowed that is not listed here.</summary>
public sealed record SourceSettings
{
    /// <summary>Folders whose files may be read. Default none.</summary>
    public IReadOnlyList<FileRoot> Roots { get; init; } = [];

    /// <summary>Object stores for <c>s3://bucket/key</c>; the first that serves the bucket is asked. Default none.</summary>
    public IReadOnlyList<S3Store> S3 { get; init; } = [];

    /// <summary>
    /// Hosts for <c>http(s)://</c>: <c>media.example.org</c>, <c>*.example.org</c> (names below it), <c>*</c>, an address; each with
    /// <c>:port</c> unless it is 80 or 443. Only a host that is listed by its exact name or address may lie in a private network. Default none.
    /// </summary>
    public IReadOnlyList<string> WebHosts { get; init; } = [];

    /// <summary>Largest video, bytes. Default 64 GiB.</summary>
    public long MaxBytes { get; init; } = 64L << 30;

    /// <summary>Longest wait for a connection. Default 10 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest wait for the next bytes before the connection counts as broken. Default 60 s.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Longest time to fetch one video, repetitions included. Default 1 hour.</summary>
    public TimeSpan TotalTimeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How often a server is tried again without getting a byte further. Default 4, 0 to 100.</summary>
    public int Retries { get; init; } = 4;

    /// <summary>Pause before the first repetition; each further one waits twice as long, up to a minute. Default 1 s.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Folder for fetched videos; processes of one machine may share it. Made when absent. Default <c>sa2va/sources</c> in the user's cache folder.</summary>
    public string CacheFolder { get; init; } = DefaultCacheFolder();

    /// <summary>Most bytes in the cache folder; what was not used for longest goes first, what is in use stays. Default 100 GiB.</summary>
    public long CacheBytes { get; init; } = 100L << 30;

    /// <summary>How long a fetched video is taken to be what the server has, without asking it again. Default 10 minutes, a time slice.</summary>
    public TimeSpan FreshFor { get; init; } = TimeSpan.FromMinutes(10);

    private static string DefaultCacheFolder()
    {
        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        if (string.IsNullOrEmpty(cache)) cache = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        return Path.GetFullPath(Path.Combine(cache, "sa2va", "sources"));
    }
}

/// <summary>A folder whose files, and those of its sub-folders, may be read.</summary>
/// <param name="Path">The folder. Machines may keep the same files in different places.</param>
/// <param name="Name">What sources call it, as in <c>name:clips/a.mp4</c>: lower-case letters, digits, '-' and '_'. Null when full paths reach it, and relative ones when no other root lacks a name.</param>
public sealed record FileRoot(string Path, string? Name = null);

/// <summary>An S3 object store, Amazon's or one with the same interface.</summary>
public sealed record S3Store
{
    /// <summary>Buckets that it serves; <c>*</c> for any.</summary>
    public required IReadOnlyList<string> Buckets { get; init; }

    /// <summary>Address of the service, for stores other than Amazon's: <c>https://minio.example.org:9000</c>. Null for Amazon's.</summary>
    public Uri? ServiceUrl { get; init; }

    /// <summary>Region, which requests are signed for. Default <c>us-east-1</c>.</summary>
    public string Region { get; init; } = "us-east-1";

    /// <summary>Whether the bucket stands in the path of the address instead of the host's name. Null: yes when <see cref="ServiceUrl"/> is set.</summary>
    public bool? PathStyle { get; init; }

    /// <summary>Access key id; null for the credentials of the machine (variables of the environment, roles).</summary>
    public string? AccessKey { get; init; }

    /// <summary>The secret that belongs to <see cref="AccessKey"/>.</summary>
    public Secret? SecretKey { get; init; }

    /// <summary>Reads public buckets without signing requests.</summary>
    public bool Anonymous { get; init; }

    /// <summary>For messages: no secret in it.</summary>
    public override string ToString() => $"S3 at {ServiceUrl?.ToString() ?? "Amazon, " + Region}";
}
