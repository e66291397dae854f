using Microsoft.Extensions.Logging;
using Sa2VA.Actors;
using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Checkpoints;
using Sa2VA.Cluster.Conversations;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Nodes.Presence;
using Sa2VA.Cluster.Progress;
using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Telemetry;
using Sa2VA.Cluster.Transport;
using Sa2VA.Cluster.Videos;

namespace Sa2VA.Cluster.Nodes;

/// <summary>What a node works with. All of it is shared by the node's videos and outlives them.</summary>
public sealed record NodeServices
{
    /// <summary>Work and mail.</summary>
    public required ITransport Transport { get; init; }

    /// <summary>Histories and ownership.</summary>
    public required IJournal Journal { get; init; }

    /// <summary>Jobs.</summary>
    public required IJobStore Jobs { get; init; }

    /// <summary>Which conversations there are; null takes none.</summary>
    public IConversationStore? Conversations { get; init; }

    /// <summary>Trackers' states.</summary>
    public required ICheckpointStore States { get; init; }

    /// <summary>Masks.</summary>
    public required IResultStore Results { get; init; }

    /// <summary>Brings a video to this machine.</summary>
    public required Func<string, CancellationToken, Task<LocalVideo>> Fetch { get; init; }

    /// <summary>Where a video's progress goes, given how to learn the epoch of its owner.</summary>
    public Func<VideoView, Func<long>, IProgress<RunProgress>?> Progress { get; init; } = static (_, _) => null;

    /// <summary>Where what happens in a job is told to its watchers, by the job's id.</summary>
    public Action<string, JobEvent> News { get; init; } = static (_, _) => { };

    /// <summary>Where the node says that it is there; null for nowhere.</summary>
    public INodeRegistry? Nodes { get; init; }

    /// <summary>Makes the actor that works on a video; a simulation makes another one.</summary>
    internal Func<Sitting, ActorRef<VideoCommand>, long, Actor<VideoWork>> Worker { get; init; } = static (sitting, video, epoch) => new VideoWorker(sitting, video, epoch);

    /// <summary>Makes the actor that answers in a conversation; tests make another one.</summary>
    internal Func<ConversationPlace, ConversationSitting, ActorRef<ConversationCommand>, Actor<ConversationWork>> Converser { get; init; } = static (place, sitting, conversation) => new ConversationWorker(place, sitting, conversation);

    /// <summary>One line per change of state.</summary>
    public required ILogger Log { get; init; }

    /// <summary>Where attempts and endings are counted; null for nowhere.</summary>
    public ClusterMetrics? Metrics { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>A video that lies on this machine until disposed.</summary>
public sealed class LocalVideo(string path, Action? release = null, string? contentHash = null) : IDisposable
{
    /// <summary>The file, or the folder of pictures.</summary>
    public string Path { get; } = path;

    /// <summary>Digest of its bytes; null when it has none, and then its results are not used again.</summary>
    public string? ContentHash { get; } = contentHash;

    /// <inheritdoc/>
    public void Dispose() => release?.Invoke();
}
