using Sa2VA.Cluster.Runs;

namespace Sa2VA.Cluster.Tracking;

/// <summary>Decides when a checkpoint is due: after so many frames, or so much time.</summary>
internal sealed class CheckpointClock(CheckpointOptions options, TimeProvider time)
{
    private int _frames;
    private long _since = time.GetTimestamp();

    /// <summary>Counts a frame; true when it is time.</summary>
    public bool Tick() => ++_frames >= options.EveryFrames || time.GetElapsedTime(_since) >= options.EveryTime;

    /// <summary>A checkpoint was made.</summary>
    public void Reset() => (_frames, _since) = (0, time.GetTimestamp());
}
