using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Videos;
using Sa2VA.Media;
using Sa2VA.Models.Sam2.Tracking;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Cluster.Tests.Videos;

/// <summary>Makes warm videos: trackers with one click in their memory.</summary>
internal static class Warm
{
    public static TrackingPoint Point { get; } = TrackingPoint.At(7);

    public static async Task<WarmVideo> MakeAsync(ModelHost host, long epoch)
    {
        var model = (await host.GetAsync(CancellationToken.None)).Tracker;
        var tracker = await host.Tensors.RunAsync(
            () =>
            {
                using var scope = NewDisposeScope();
                var tracker = new VideoTracker(model, new TrackerOptions(), 48, 64);
                using var features = model.EncodeImage(zeros([1, 3, model.Config.ImageSize, model.Config.ImageSize]));
                using var shown = tracker.AddPoints(0, features, 1, PointPrompt.Click(5, 5));
                return tracker;
            },
            CancellationToken.None);
        return new WarmVideo(tracker, host, epoch, Point, new ProbedFile(null!, 0, default));
    }
}
