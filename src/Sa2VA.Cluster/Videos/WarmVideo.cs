using Sa2VA.Cluster.Runs;
using Sa2VA.Models.Sam2.Tracking;

namespace Sa2VA.Cluster.Videos;

/// <summary>
/// A video between two sittings of one process: its tracker exactly as the recorded checkpoint describes it. It may go on only where nobody
/// else was in between, which the journal's epochs say: see <see cref="GoesOn"/>. Owns the tracker until it is taken out.
/// </summary>
/// <param name="tracker">The tracker.</param>
/// <param name="model">Whose weights it uses.</param>
/// <param name="epoch">The epoch that recorded the checkpoint.</param>
/// <param name="point">The checkpoint.</param>
/// <param name="file">What the probe found.</param>
internal sealed class WarmVideo(VideoTracker tracker, ModelHost model, long epoch, TrackingPoint point, ProbedFile file) : IDisposable
{
    private VideoTracker? _tracker = tracker;

    /// <summary>Bytes on the device.</summary>
    public long Bytes { get; } = tracker.MemoryBytes;

    /// <summary>The epoch that recorded the checkpoint.</summary>
    public long Epoch => epoch;

    /// <summary>What the probe found.</summary>
    public ProbedFile File => file;

    /// <summary>
    /// Whether an owner with <paramref name="nextEpoch"/> finds the video as it was left: no epoch was claimed in between, the recorded
    /// checkpoint is this one, and the model is the same.
    /// </summary>
    public bool GoesOn(long nextEpoch, TrackingPoint? recorded, ModelHost nextModel)
        => nextEpoch == epoch + 1 && recorded == point && ReferenceEquals(nextModel, model);

    /// <summary>The tracker; from then on the caller's.</summary>
    public VideoTracker TakeTracker() => Interlocked.Exchange(ref _tracker, null) ?? throw new ObjectDisposedException(nameof(WarmVideo));

    public void Dispose() => Interlocked.Exchange(ref _tracker, null)?.Dispose();
}
