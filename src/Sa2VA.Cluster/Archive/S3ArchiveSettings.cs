using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.Archive;

/// <summary>Where an archive in an S3 object store is: Amazon's or one with the same interface.</summary>
public sealed record S3ArchiveSettings
{
    /// <summary>The bucket, which must exist.</summary>
    public required string Bucket { get; init; }

    /// <summary>What the names of all objects begin with, without a slash at the end; empty for none. Default <c>sa2va</c>.</summary>
    public string Prefix { get; init; } = "sa2va";

    /// <summary>Address of the service, for stores other than Amazon's: <c>https://s3.example.org:9000</c>. Null for Amazon's.</summary>
    public Uri? ServiceUrl { get; init; }

    /// <summary>Region, which requests are signed for. Default <c>us-east-1</c>.</summary>
    public string Region { get; init; } = "us-east-1";

    /// <summary>Whether the bucket stands in the path of the address instead of the host's name. Null: yes when <see cref="ServiceUrl"/> is set.</summary>
    public bool? PathStyle { get; init; }

    /// <summary>Access key id; null for the credentials of the machine (variables of the environment, roles).</summary>
    public string? AccessKey { get; init; }

    /// <summary>The secret that belongs to <see cref="AccessKey"/>.</summary>
    public Secret? SecretKey { get; init; }

    /// <summary>How long one request may take. Default 30 s; at least 1 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>For messages: no secret in it.</summary>
    public override string ToString() => $"s3://{Bucket}{(Prefix.Length == 0 ? "" : "/" + Prefix)} at {ServiceUrl?.ToString() ?? "Amazon, " + Region}";

    /// <exception cref="SettingsException">A value is malformed, or two contradict each other.</exception>
    internal void Check()
    {
        if (Bucket.Length == 0) throw new SettingsException("Archive:S3:Bucket is empty.");
        if (Prefix.StartsWith('/') || Prefix.EndsWith('/')) throw new SettingsException($"Archive:S3:Prefix is '{Prefix}'; it must neither begin nor end with '/'.");
        if (ServiceUrl is { } url && (!url.IsAbsoluteUri || url.Scheme is not ("http" or "https")))
            throw new SettingsException($"Archive:S3:ServiceUrl is '{url}'; it must begin with http:// or https://.");
        if (AccessKey is null != SecretKey is null) throw new SettingsException("Archive:S3:AccessKey and Archive:S3:SecretKey belong together: set both, or neither for the credentials of the machine.");
        if (Timeout < TimeSpan.FromSeconds(1)) throw new SettingsException($"Archive:S3:Timeout is {Timeout}; it must be at least 1 second.");
    }
}
