using Sa2VA.Models.Sam2;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;

namespace Sa2VA.Benchmarks.Models.Sam2;

/// <summary>Image encoder, one frame of random values: trunk, neck and the two projections of the mask decoder.</summary>
internal static class EncoderBenchmark
{
    public static void Run(BenchmarkArguments arguments)
    {
        using var store = new RandomStore(1);
        var model = new Sam2Model(new WeightScope(store), arguments.Model());
        using var scope = torch.NewDisposeScope();
        var side = model.Config.ImageSize;
        var image = torch.randn([1, 3, side, side]);
        var timing = Timing.Of(() => Encode(model, image), arguments.Number("repeat", 5));
        Console.WriteLine($"encoder {arguments.Text("trunk", "t")} {side}x{side}, {torch.get_num_threads()} threads: {timing}, peak RSS {ProcessMemory.PeakMebibytes()} MiB");
    }

    private static void Encode(Sam2Model model, Tensor image)
    {
        using var scope = torch.NewDisposeScope();
        using var features = model.EncodeImage(image);
        features.HighRes(model.sam_mask_decoder);
    }
}
