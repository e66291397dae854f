using System.Diagnostics;
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
    private volatile bool _gotSomewhere;
    private long _epoch;

    public Sitting(string videoId, VideoOrder order, SittingPlace place, IProgress<RunProgress>? progress)
    {
        (VideoId, Order, Place) = (videoId, order, place);
        _progress = progress;
    }

    public string VideoId { get; }

    public VideoOrder Order { get; }

    public SittingPlace Place { get; }

    /// <summary>Whether to stop once the language model has answered, for another node to go on.</summary>
    public bool OnlyGround { get; init; }

    /// <summary>The span that its own belong to; default for the current one.</summary>
    public ActivityContext Trace { get; init; }

    /// <summary>First step of this sitting.</summary>
    public int ResumedAt
    {
        get => _resumedAt;
        set => _resumedAt = value;
    }

    /// <summary>Whether something was done that a later sitting need not do again, or that a checkpoint at its end will keep: an answer, a frame.</summary>
    public bool GotSomewhere => _gotSomewhere;

    /// <summary>The epoch that its actor holds; 0 before it has claimed the video.</summary>
    public long Epoch
    {
        get => Interlocked.Read(ref _epoch);
        set => Interlocked.Exchange(ref _epoch, value);
    }

    /// <summary>The video as it was left: over, or paused.</summary>
    public Task<Video> Ended => _ended.Task;

    /// <summary>Cancelled once the work is to stop at a frame boundary.</summary>
    public CancellationToken Paused => _pause.Token;

    public void Pause() => _pause.Cancel();

    public void Dispose() => _pause.Dispose();

    public void End(Video video) => _ended.TrySetResult(video);

    /// <summary>An answer is recorded.</summary>
    public void Answered() => _gotSomewhere = true;

    public void Report(RunStage stage, int done, int? total, string? message = null)
    {
        if (stage == RunStage.Tracking && done > ResumedAt) _gotSomewhere = true;
        _progress?.Report(new RunProgress(stage, done, total, ResumedAt, message));
    }
}
