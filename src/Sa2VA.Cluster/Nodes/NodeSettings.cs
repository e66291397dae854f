using Sa2VA.Cluster.Archive;
using Sa2VA.Cluster.Conversations;
using Sa2VA.Cluster.Grounding;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Settings;
using Sa2VA.Cluster.Sources;
using Sa2VA.Cluster.Telemetry;
using Sa2VA.Media;

namespace Sa2VA.Cluster.Nodes;

/// <summary>What a node is, and where its servers are.</summary>
public sealed record NodeSettings
{
    /// <summary>Its name among the nodes; letters, digits, '.', '_' and '-'. A process that takes over a name takes over nothing else: ownership is by epoch.</summary>
    public required string Name { get; init; }

    /// <summary>What work it takes. Default both.</summary>
    public IReadOnlyList<NodeRole> Roles { get; init; } = [NodeRole.Keyframe, NodeRole.Tracker];

    /// <summary>The servers.</summary>
    public required ClusterEndpoints Servers { get; init; }

    /// <summary>Names what this cluster keeps in servers that others use too. Default <c>sa2va</c>.</summary>
    public string Prefix { get; init; } = "sa2va";

    /// <summary>Folders of models, by the names that jobs use; a name stands for one way to use its folder.</summary>
    public required IReadOnlyDictionary<string, ModelChoice> Models { get; init; }

    /// <summary>What it computes on, at least one.</summary>
    public required IReadOnlyList<DeviceSettings> Devices { get; init; }

    /// <summary>Where videos may come from. Default: nowhere, which refuses every video.</summary>
    public SourceSettings Sources { get; init; } = new();

    /// <summary>What a video may cost before it is refused, and how long its decoder is waited for. The defaults take any camera's file.</summary>
    public MediaLimits Media { get; init; } = MediaLimits.Default;

    /// <inheritdoc cref="ClusterOptions.Archive"/>
    public ArchiveSettings? Archive { get; init; }

    /// <inheritdoc cref="ClusterOptions.MaskExpiry"/>
    public TimeSpan? MaskExpiry { get; init; }

    /// <inheritdoc cref="ClusterOptions.Heartbeat"/>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How much a language model works on together.</summary>
    public KeyframeOptions Keyframes { get; init; } = new();

    /// <summary>Conversations in memory; nodes without the role <see cref="NodeRole.Keyframe"/> have none.</summary>
    public ConversationSettings Conversations { get; init; } = new();

    /// <summary>When progress becomes durable.</summary>
    public CheckpointOptions Checkpoints { get; init; } = new();

    /// <summary>Longest time that one video is worked on while others wait. Default 10 minutes; 1 second to 20 minutes, because brokers take back what is held for 30.</summary>
    public TimeSpan Slice { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a video whose slice is over stays in memory, for when this node goes on with it. Default 10 minutes, 1 second to 1 day; see <see cref="DeviceSettings.WarmMiB"/>.</summary>
    public TimeSpan WarmTime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a drain may take. Default 30 seconds.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Crashes in a row after which a video is dead. Default 5, 1 to 100.</summary>
    public int MaxAttempts { get; init; } = 5;

    /// <summary>For files in work. Default: a folder of the system's.</summary>
    public string ScratchFolder { get; init; } = Path.Combine(Path.GetTempPath(), "sa2va-node");

    /// <summary>Probes, metrics and traces. Default none.</summary>
    public TelemetrySettings Telemetry { get; init; } = new();

    /// <summary>How this node uses its cluster's servers.</summary>
    public ClusterOptions ToClusterOptions() => new()
    {
        Name = Name, Prefix = Prefix, ScratchFolder = ScratchFolder, MaskExpiry = MaskExpiry, Archive = Archive, Heartbeat = Heartbeat,
    };
}

/// <summary>What a node can do.</summary>
public enum NodeRole
{
    /// <summary>Asks the language model about key frames.</summary>
    Keyframe,

    /// <summary>Tracks, which needs no language model.</summary>
    Tracker,
}

/// <summary>A device of a node.</summary>
public sealed record DeviceSettings
{
    /// <summary><c>cpu</c>, <c>cuda:0</c>, ….</summary>
    public required string Device { get; init; }

    /// <summary>Videos in work at the same time. Default 1.</summary>
    public int Slots { get; init; } = 1;

    /// <summary>Memory for models and videos in MiB; a video waits until its estimate fits. Null for no limit.</summary>
    public long? MemoryMiB { get; init; }

    /// <summary>
    /// Memory for trackers of videos whose slice is over, in MiB, so that this node goes on with them without reading their checkpoint; what
    /// videos in work need of <see cref="MemoryMiB"/> goes first. Default 1024, 0 for none.
    /// </summary>
    public long WarmMiB { get; init; } = 1024;
}
