using Sa2VA.Cluster.Archive;
using Sa2VA.Cluster.Gateway.Uploads;
using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Settings;
using Sa2VA.Cluster.Sources;
using Sa2VA.Media;

namespace Sa2VA.Cluster.Gateway;

/// <summary>What a gateway is, and where its servers are.</summary>
public sealed record GatewaySettings
{
    /// <summary>Its name among the cluster's processes. Default: the machine's.</summary>
    public string Name { get; init; } = $"gateway-{Environment.MachineName}";

    /// <summary>Where it listens. Default <c>http://127.0.0.1:8480</c>. Beyond this machine it listens by <c>https</c> only, see <see cref="Tls"/> and <see cref="BehindProxy"/>.</summary>
    public string Listen { get; init; } = "http://127.0.0.1:8480";

    /// <summary>Its certificate, for <c>https</c>.</summary>
    public TlsSettings? Tls { get; init; }

    /// <summary>A proxy ends TLS in front of it: then <c>http</c> may be listened to beyond this machine, and the proxy's word is taken for the caller's address.</summary>
    public bool BehindProxy { get; init; }

    /// <summary>The cluster's servers.</summary>
    public required ClusterEndpoints Servers { get; init; }

    /// <inheritdoc cref="NodeSettings.Prefix"/>
    public string Prefix { get; init; } = "sa2va";

    /// <inheritdoc cref="ClusterOptions.Archive"/>
    public ArchiveSettings? Archive { get; init; }

    /// <summary>The file of API keys, see <c>sa2va-gateway keys add</c>. It is read again when it changes.</summary>
    public required string Keys { get; init; }

    /// <summary>Names of the models that jobs may ask for, as nodes know them.</summary>
    public required IReadOnlyList<string> Models { get; init; }

    /// <summary>Origins of pages that may call the API from a browser. Default none.</summary>
    public IReadOnlyList<string> Origins { get; init; } = [];

    /// <summary>Folders with videos whose own pixels callers may see: as <c>sources.roots</c> of the nodes, by the same names. Default none.</summary>
    public IReadOnlyList<FileRoot> Roots { get; init; } = [];

    /// <summary>Where uploads are kept. Default: none are taken.</summary>
    public UploadSettings? Uploads { get; init; }

    /// <summary>What a video may cost before it is not shown.</summary>
    public MediaLimits Media { get; init; } = MediaLimits.Default;

    /// <summary>For exports until they are sent. Default: a folder of the system's.</summary>
    public string ScratchFolder { get; init; } = Path.Combine(Path.GetTempPath(), "sa2va-gateway");

    /// <summary>All folders whose files may be shown.</summary>
    internal IReadOnlyList<FileRoot> AllRoots => Uploads is { Root: { } name } uploads ? [.. Roots, new FileRoot(Path.GetFullPath(uploads.Folder), name)] : Roots;

    /// <summary>What a caller may do.</summary>
    public GatewayLimits Limits { get; init; } = new();

    /// <summary>Reads a settings file and checks it.</summary>
    /// <exception cref="SettingsException">A setting is wrong.</exception>
    public static GatewaySettings Read(string path)
    {
        var settings = SettingsFile.Read<GatewaySettings>(path);
        settings.Check();
        return settings;
    }

    /// <exception cref="SettingsException">A setting is wrong.</exception>
    internal void Check()
    {
        if (!Uri.TryCreate(Listen, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.AbsolutePath != "/")
            throw new SettingsException($"listen is '{Listen}'; it should look like 'http://127.0.0.1:8480' or 'https://0.0.0.0:8443'.");
        if (address.Scheme == "https" && Tls is null)
            throw new SettingsException("listen is https, and tls is not set: name a certificate and its key.");
        if (address.Scheme == "http" && !address.IsLoopback && !BehindProxy)
            throw new SettingsException($"listen is '{Listen}': keys and masks would cross the network in the clear. Use https with tls, or say \"behindProxy\": true when a proxy ends TLS in front of the gateway.");
        if (Models.Count == 0 || Models.Any(string.IsNullOrWhiteSpace))
            throw new SettingsException("models is empty; name the models that jobs may ask for, as the nodes' settings do.");
        foreach (var origin in Origins)
        {
            if (!Uri.TryCreate(origin, UriKind.Absolute, out var uri) || uri.AbsolutePath != "/" || origin.EndsWith('/'))
                throw new SettingsException($"origins has '{origin}'; an origin looks like 'https://archive.example.org'.");
        }

        Uploads?.Check();
        if (string.IsNullOrWhiteSpace(ScratchFolder)) throw new SettingsException("scratchFolder is empty; name a folder for exports until they are sent.");
        Limits.Check();
    }
}

/// <summary>A certificate in PEM.</summary>
/// <param name="Certificate">File of the certificate, with those of its issuers.</param>
/// <param name="Key">File of its key.</param>
public sealed record TlsSettings(string Certificate, string Key);

/// <summary>What a caller may do.</summary>
public sealed record GatewayLimits
{
    /// <summary>Requests of one key in a minute. Default 600.</summary>
    public int RequestsPerMinute { get; init; } = 600;

    /// <summary>Bytes of a job in one JSON body. Default 8 MiB; larger jobs come as a manifest.</summary>
    public long JobBytes { get; init; } = 8L << 20;

    /// <summary>Bytes of a streamed manifest. Default 4 GiB.</summary>
    public long ManifestBytes { get; init; } = 4L << 30;

    /// <summary>Streams of events or masks that one key may have open. Default 32.</summary>
    public int StreamsPerKey { get; init; } = 32;

    /// <summary>Overlays and exports that are made at the same time. Default 2.</summary>
    public int RendersAtOnce { get; init; } = 2;

    /// <summary>Bytes of masks that are kept in memory, of completed videos that callers ask for frame by frame. Default 64 MiB.</summary>
    public long CacheBytes { get; init; } = 64L << 20;

    /// <exception cref="SettingsException">A limit is wrong.</exception>
    internal void Check()
    {
        foreach (var (name, value) in new (string, long)[] { ("requestsPerMinute", RequestsPerMinute), ("jobBytes", JobBytes), ("manifestBytes", ManifestBytes), ("streamsPerKey", StreamsPerKey), ("rendersAtOnce", RendersAtOnce), ("cacheBytes", CacheBytes) })
        {
            if (value < 1) throw new SettingsException($"limits.{name} is {value}; it must be at least 1.");
        }
    }
}
