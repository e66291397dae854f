using Sa2VA.Cluster.Settings;
using Sa2VA.Cluster.Sources.Remote;

namespace Sa2VA.Cluster.Sources;

/// <summary>What settings must satisfy before anything is fetched.</summary>
internal static class SourceRules
{
    private static readonly string[] Schemes = ["file", "http", "https", "s3"];

    public static void Check(SourceSettings settings)
    {
        foreach (var root in settings.Roots) CheckRoot(root);
        if (settings.Roots.Where(r => r.Name is not null).GroupBy(r => r.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw Wrong($"sources.roots has two roots called '{twice.Key}' ({string.Join(" and ", twice.Select(r => r.Path))}); names must differ.");
        foreach (var store in settings.S3) CheckStore(store);
        foreach (var host in settings.WebHosts) _ = WebHost.Parse(host);
        AtLeast("maxBytes", settings.MaxBytes, 1);
        AtLeast("cacheBytes", settings.CacheBytes, 1);
        Positive("connectTimeout", settings.ConnectTimeout);
        Positive("stallTimeout", settings.StallTimeout);
        Positive("totalTimeout", settings.TotalTimeout);
        if (settings.TotalTimeout < settings.ConnectTimeout)
            throw Wrong($"sources.totalTimeout ({settings.TotalTimeout}) is shorter than sources.connectTimeout ({settings.ConnectTimeout}).");
        if (settings.Retries is < 0 or > 100) throw Wrong($"sources.retries is {settings.Retries}; it may be 0 to 100.");
        if (settings.RetryDelay < TimeSpan.Zero) throw Wrong($"sources.retryDelay is {settings.RetryDelay}; it cannot be negative.");
        if (settings.FreshFor < TimeSpan.Zero) throw Wrong($"sources.freshFor is {settings.FreshFor}; it cannot be negative.");
        if (string.IsNullOrWhiteSpace(settings.CacheFolder)) throw Wrong("sources.cacheFolder is empty; name a folder with room for sources.cacheBytes.");
    }

    private static void CheckRoot(FileRoot root)
    {
        if (!Path.IsPathFullyQualified(root.Path)) throw Wrong($"sources.roots has '{root.Path}'; give the folder's full path.");
        if (!Directory.Exists(root.Path)) throw Wrong($"sources.roots has '{root.Path}', and there is no such folder on this machine. Mount it, or take it out.");
        if (root.Name is not { } name) return;
        if (name.Length is < 2 or > 40 || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_') || Schemes.Contains(name))
            throw Wrong($"sources.roots calls '{root.Path}' '{name}'; a name has 2 to 40 lower-case letters, digits, '-' and '_', and is none of {string.Join(", ", Schemes)}.");
    }

    private static void CheckStore(S3Store store)
    {
        if (store.Buckets.Count == 0) throw Wrong($"sources.s3: {store} has no buckets; list those that may be read, or '*'.");
        if (store.ServiceUrl is { } url && (!url.IsAbsoluteUri || url.Scheme is not ("http" or "https")))
            throw Wrong($"sources.s3: serviceUrl '{url}' is not an http or https address.");
        if (store.AccessKey is null != store.SecretKey is null)
            throw Wrong($"sources.s3: {store} has {(store.AccessKey is null ? "a secretKey without an accessKey" : "an accessKey without a secretKey")}; give both, or neither.");
        if (store.Anonymous && store.AccessKey is not null) throw Wrong($"sources.s3: {store} is anonymous and has an accessKey; choose one.");
    }

    private static void AtLeast(string name, long value, long least)
    {
        if (value < least) throw Wrong($"sources.{name} is {value}; it must be at least {least}.");
    }

    private static void Positive(string name, TimeSpan value)
    {
        if (value <= TimeSpan.Zero) throw Wrong($"sources.{name} is {value}; it must be longer than nothing.");
    }

    private static SettingsException Wrong(string message) => new(message);
}
