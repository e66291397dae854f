using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Progress;
using Sa2VA.Cluster.Runs;

namespace Sa2VA.Cluster.Nodes;

/// <summary>Tells watchers how far a video is, with its pace of late.</summary>
public sealed class VideoReport(ProgressReporter reporter, VideoView video, Func<long> epoch, string node, TimeProvider time) : IProgress<RunProgress>
{
    // A pace over less than this says more about the queues than about the video.
    private static readonly TimeSpan LeastSpan = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private (long At, int Frames)? _mark;
    private double _pace;

    /// <inheritdoc/>
    public void Report(RunProgress value)
    {
        double pace;
        lock (_gate) pace = Pace(value);
        reporter.Report(new VideoProgress(
            video.VideoId, epoch(), ProgressStages.Of(value.Stage), value.FramesDone, value.FramesTotal, pace, node, time.GetUtcNow(), value.Message));
    }

    private double Pace(RunProgress value)
    {
        if (value.Stage != RunStage.Tracking) return 0;
        var now = time.GetTimestamp();
        if (_mark is not { } mark)
        {
            _mark = (now, value.FramesDone);
        }
        else if (time.GetElapsedTime(mark.At, now) is var span && span >= LeastSpan)
        {
            _pace = (value.FramesDone - mark.Frames) / span.TotalSeconds;
            _mark = (now, value.FramesDone);
        }

        return _pace;
    }
}
