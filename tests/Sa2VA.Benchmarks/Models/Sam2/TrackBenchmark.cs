using Sa2VA.Models.Sam2;
using Sa2VA.Models.Sam2.Tracking;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;

namespace Sa2VA.Benchmarks.Models.Sam2;

/// <summary>
/// One tracking step of all objects (memory attention, mask decoder, memory encoder) once the memory bank is full: the click's frame
/// and six more. The image features are those of one random frame throughout, since the step does not make them.
/// </summary>
internal static class TrackBenchmark
{
    private const int Warm = 8;

    public static void Run(BenchmarkArguments arguments)
    {
        using var store = new RandomStore(1);
        var model = new Sam2Model(new WeightScope(store), arguments.Model());
        using var scope = torch.NewDisposeScope();
        var side = model.Config.ImageSize;
        using var features = model.EncodeImage(torch.randn([1, 3, side, side]));
        foreach (var objects in arguments.Numbers("objects", "1,4,8,16"))
        {
            using var tracker = new VideoTracker(model, new TrackerOptions(), side, side);
            for (var id = 1; id <= objects; id++)
            {
                using var prompted = tracker.AddPoints(0, features, id, PointPrompt.Click(side * id / (objects + 1f), side / 2f));
            }

            tracker.BeginPropagation();
            var timing = new Timing();
            for (var frame = 1; frame < Warm + arguments.Number("repeat", 4); frame++)
            {
                void Step()
                {
                    using var masks = tracker.Track(frame, features);
                }

                if (frame < Warm)
                    Step();
                else
                    timing.Measure(Step);
            }

            Console.WriteLine($"track {arguments.Text("trunk", "t")}, {objects} objects, {torch.get_num_threads()} threads: {timing}, tracker {tracker.MemoryBytes >> 20} MiB, peak RSS {ProcessMemory.PeakMebibytes()} MiB");
        }
    }
}
