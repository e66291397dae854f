using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Runs;

namespace Sa2VA.Cluster.Videos;

/// <summary>One process's work on one video: what outlives the restarts of the actors that do it.</summary>
internal sealed class Sitting : IDisposable
{
    private readonly CancellationTokenSource _pause = new();
    private readonly IProgress<RunProgress>? _progress;
    private readonly TaskCompletionSource<Video> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile int _resumedAt;

    public Sitting(string videoId, VideoOrder order, CheckpointOptions checkpoints, RunFolder folder, IResultStore store, ModelHost model, IProgress<RunProgress>? progress)
    {
        (VideoId, Order, Checkpoints, Folder, Store, Model) = (videoId, order, checkpoints, folder, store, model);
        _progress = progress;
        Owner = $"{Environment.MachineName}:{Environment.ProcessId}";
    }

    public string VideoId { get; }

    public VideoOrder Order { get; }

    public CheckpointOptions Checkpoints { get; }

    public RunFolder Folder { get; }

    public IResultStore Store { get; }

    public ModelHost Model { get; }

    /// <summary>Who holds the epoch, for people.</summary>
    public string Owner { get; }

    /// <summary>First step of this sitting.</summary>
    public int ResumedAt
    {
        get => _resumedAt;
        set => _resumedAt = value;
    }

    /// <summary>The video as it was left: over, or paused.</summary>
    public Task<Video> Ended => _ended.Task;

    /// <summary>Cancelled once the work is to stop at a frame boundary.</summary>
    public CancellationToken Paused => _pause.Token;

    public void Pause() => _pause.Cancel();

    public void Dispose() => _pause.Dispose();

    public void End(Video video) => _ended.TrySetResult(video);

    public void Report(RunStage stage, int done, int? total, string? message = null)
        => _progress?.Report(new RunProgress(stage, done, total, ResumedAt, message));
}
