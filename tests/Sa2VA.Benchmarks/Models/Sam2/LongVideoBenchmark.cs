using Sa2VA.Models.Sam2;
using Sa2VA.Models.Sam2.Tracking;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;

namespace Sa2VA.Benchmarks.Models.Sam2;

/// <summary>Resident memory along a video: every frame is encoded, two objects are tracked through all of them.</summary>
internal static class LongVideoBenchmark
{
    public static void Run(BenchmarkArguments arguments)
    {
        using var store = new RandomStore(1);
        var model = new Sam2Model(new WeightScope(store), Sam2Config.HieraTiny(imageSize: arguments.Number("size", 256)));
        using var scope = torch.NewDisposeScope();
        var side = model.Config.ImageSize;
        using var tracker = new VideoTracker(model, new TrackerOptions(), side, side);
        var frames = arguments.Number("frames", 3000);
        for (var frame = 0; frame <= frames; frame++)
        {
            using var inner = torch.NewDisposeScope();
            using var features = model.EncodeImage(torch.randn([1, 3, side, side]));
            if (frame == 0)
            {
                using var first = tracker.AddPoints(0, features, 1, PointPrompt.Click(side / 3f, side / 2f));
                using var second = tracker.AddPoints(0, features, 2, PointPrompt.Click(side / 1.5f, side / 2f));
                tracker.BeginPropagation();
                continue;
            }

            using var masks = tracker.Track(frame, features);
            if (frame is 30 or 100 or 300 || frame % 1000 == 0)
                Console.WriteLine($"frame {frame,6}: RSS {ProcessMemory.ResidentMebibytes()} MiB, tracker {tracker.MemoryBytes / 1024.0 / 1024:F1} MiB");
        }
    }
}
