using System.Diagnostics;
using Sa2VA.Models.Sam2;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;

namespace Sa2VA.Benchmarks.Models.Sam2;

/// <summary>Where the image encoder's time goes: the trunk's blocks one by one, and the neck.</summary>
internal static class EncoderPartsBenchmark
{
    public static void Run(BenchmarkArguments arguments)
    {
        using var store = new RandomStore(1);
        var model = new Sam2Model(new WeightScope(store), arguments.Model());
        using var scope = torch.NewDisposeScope();
        var side = model.Config.ImageSize;
        var image = torch.randn([1, 3, side, side]);
        var times = new Dictionary<string, List<double>>(StringComparer.Ordinal);
        for (var run = 0; run <= arguments.Number("repeat", 3); run++)
        {
            using var inner = torch.NewDisposeScope();
            var last = Stopwatch.GetTimestamp();
            void Lap(string name)
            {
                var now = Stopwatch.GetTimestamp();
                if (run > 0)
                    (times.TryGetValue(name, out var list) ? list : times[name] = []).Add(Stopwatch.GetElapsedTime(last, now).TotalMilliseconds);
                last = Stopwatch.GetTimestamp();
            }

            var stages = model.image_encoder.trunk.forward(image, (name, _) => Lap(name));
            model.image_encoder.neck.forward(stages);
            Lap("neck");
        }

        foreach (var (name, list) in times)
            Console.WriteLine($"{name,-12} {list.Order().ElementAt(list.Count / 2),8:F1} ms (best {list.Min():F1})");
    }
}
