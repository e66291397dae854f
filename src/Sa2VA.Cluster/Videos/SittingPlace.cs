using Sa2VA.Actors;
using Sa2VA.Cluster.Checkpoints;
using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Telemetry;
using Sa2VA.Media;

namespace Sa2VA.Cluster.Videos;

/// <summary>Where a sitting works, and with what.</summary>
internal sealed record SittingPlace
{
    /// <summary>Who holds the epoch, for people.</summary>
    public required string Owner { get; init; }

    /// <summary>When progress becomes durable.</summary>
    public required CheckpointOptions Checkpoints { get; init; }

    /// <summary>Where trackers' states are kept.</summary>
    public required ICheckpointStore States { get; init; }

    /// <summary>Where masks are kept.</summary>
    public required IResultStore Results { get; init; }

    /// <summary>The model.</summary>
    public required ModelHost Model { get; init; }

    /// <summary>Where the times of the work go.</summary>
    public StageMeter Meter { get; init; } = StageMeter.None;

    /// <summary>What a video may cost before it is refused, and how long its decoder is waited for.</summary>
    public MediaLimits Limits { get; init; } = MediaLimits.Default;

    /// <summary>Where the video is kept between sittings; null for nowhere.</summary>
    public WarmVideos? Warm { get; init; }

    /// <summary>Told when tracking goes on: from which step, and whether with the tracker of the sitting before.</summary>
    public Action<int, bool> Continued { get; init; } = static (_, _) => { };

    /// <summary>Told of every event once it is recorded.</summary>
    public Action<VideoEvent> Happened { get; init; } = static _ => { };

    /// <summary>Makes the actor that does the work; a simulation makes another one.</summary>
    public Func<Sitting, ActorRef<VideoCommand>, long, Actor<VideoWork>> Worker { get; init; } = static (sitting, video, epoch) => new VideoWorker(sitting, video, epoch);
}

/// <summary>Goes on from what is known of the video until it is over or <paramref name="Pause"/> is cancelled.</summary>
internal sealed record VideoWork(Video Known, CancellationToken Pause);
