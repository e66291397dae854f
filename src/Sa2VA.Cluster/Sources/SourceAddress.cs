namespace Sa2VA.Cluster.Sources;

/// <summary>What a source names, by its form alone.</summary>
internal abstract record SourceAddress
{
    /// <summary>A path; <paramref name="Root"/> is the name before the colon, when there is one.</summary>
    public sealed record File(string? Root, string Path) : SourceAddress;

    /// <summary>An object of a bucket.</summary>
    public sealed record S3(string Bucket, string Key) : SourceAddress;

    /// <summary>An address of the web, without a fragment.</summary>
    public sealed record Web(Uri Uri) : SourceAddress;

    /// <exception cref="SourceException">It is none of them.</exception>
    public static SourceAddress Parse(string source)
    {
        if (string.IsNullOrWhiteSpace(source)) throw Refused("A video's source is empty; give a path, s3://bucket/key or an http(s) address.");
        if (source.Any(char.IsControl)) throw Refused("A video's source contains a control character.");
        var scheme = source.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0) return ParsePath(source);
        return source[..scheme].ToLowerInvariant() switch
        {
            "s3" => ParseS3(source, source[(scheme + 3)..]),
            "http" or "https" => ParseWeb(source),
            "file" => new File(Root: null, Uri.UnescapeDataString(source[(scheme + 3)..])),
            var other => throw Refused($"'{Shown(source)}': '{other}' addresses are not read. Use a path, s3://bucket/key, http:// or https://."),
        };
    }

    /// <summary>A source as messages and logs show it: a query may hold a key, and a user part a password.</summary>
    public static string Shown(string source)
    {
        var query = source.Contains("://", StringComparison.Ordinal) ? source.IndexOfAny(['?', '#']) : -1;
        if (query >= 0) source = source[..query] + "?...";
        var start = source.IndexOf("://", StringComparison.Ordinal) + 3;
        var slash = start > 2 ? source.IndexOf('/', start) : -1;
        var at = start > 2 ? source.LastIndexOf('@', slash < 0 ? source.Length - 1 : slash) : -1;
        if (at >= start) source = string.Concat(source.AsSpan(0, start), "...", source.AsSpan(at));
        return source.Length > 200 ? source[..200] + "..." : source;
    }

    private static File ParsePath(string source)
    {
        var colon = source.IndexOf(':', StringComparison.Ordinal);
        var slash = source.IndexOf('/', StringComparison.Ordinal);
        return colon > 0 && (slash < 0 || colon < slash) ? new File(source[..colon], source[(colon + 1)..]) : new File(Root: null, source);
    }

    private static S3 ParseS3(string source, string rest)
    {
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var (bucket, key) = slash < 0 ? (rest, "") : (rest[..slash], rest[(slash + 1)..]);
        if (bucket.Length is < 3 or > 63 || !bucket.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_'))
            throw Refused($"'{Shown(source)}': '{Shown(bucket)}' is no name of a bucket; expected s3://bucket/key.");
        return key.Length > 0 && key[^1] != '/'
            ? new S3(bucket, key) : throw Refused($"'{Shown(source)}' names no object; expected s3://bucket/key, with the key of one video file.");
    }

    private static Web ParseWeb(string source)
    {
        if (!Uri.TryCreate(source, UriKind.Absolute, out var uri) || uri.Host.Length == 0) throw Refused($"'{Shown(source)}' is not a complete address.");
        if (uri.UserInfo.Length > 0)
            throw Refused($"'{Shown(source)}' has a user or password in it, which would end up in journals and logs. Use a signed address or S3 credentials.");
        return new Web(new UriBuilder(uri) { Fragment = "" }.Uri);
    }

    private static SourceException Refused(string message) => new(SourceErrorKind.NotAllowed, message);
}
