using Sa2VA.Tensors;
using F = Sa2VA.Tensors.torch.nn.functional;

namespace Sa2VA.Benchmarks.Tensors;

/// <summary>The bridge's CPU kernels beside the operators of libtorch that they replace, interleaved.</summary>
internal static class KernelBenchmark
{
    public static void Linear(BenchmarkArguments arguments)
    {
        foreach (var (rows, outputs, inputs) in new[] { (1L, 4864L, 896L), (16L, 1024L, 1024L), (4096L, 768L, 768L), (4096L, 2048L, 256L), (65536L, 288L, 96L), (4096L, 3072L, 768L) })
        {
            using var scope = torch.NewDisposeScope();
            var x = torch.randn([rows, inputs]);
            var w = torch.randn([outputs, inputs]);
            var work = 2.0 * rows * outputs * inputs;
            Compare($"linear [{rows}, {inputs}] x [{outputs}, {inputs}]", work, arguments.Number("repeat", 7), () => F.linear(x, w), () => Dispatcher.Call("aten::linear", "", x, w, Argument.None));
        }
    }

    public static void Attention(BenchmarkArguments arguments)
    {
        foreach (var (batch, heads, queries, keys, width, valueWidth, name) in new[]
        {
            (1L, 1L, 4096L, 4096L, 256L, 256L, "memory attention, self"),
            (1L, 1L, 4096L, 28736L, 256L, 64L, "memory attention, 7 memories"),
            (1024L, 1L, 64L, 64L, 96L, 96L, "Hiera-T windows, stage 1"),
            (25L, 4L, 196L, 196L, 96L, 96L, "Hiera-T windows, stage 3"),
            (1L, 4L, 4096L, 4096L, 96L, 96L, "Hiera-T, whole map"),
            (5L, 16L, 1025L, 1025L, 64L, 64L, "InternViT, five frames"),
            (1L, 14L, 1L, 1300L, 64L, 64L, "decoding, one token"),
        })
        {
            using var scope = torch.NewDisposeScope();
            var q = torch.randn([batch, heads, queries, width]);
            var k = torch.randn([batch, heads, keys, width]);
            var v = torch.randn([batch, heads, keys, valueWidth]);
            var work = 2.0 * batch * heads * queries * keys * (width + valueWidth);
            Compare(
                $"{name} [{batch}, {heads}, {queries}, {width}] over {keys}", work, arguments.Number("repeat", 5),
                () => F.scaled_dot_product_attention(q, k, v),
                () => Sa2VA.Tensors.Attention.Plain(q, k, v, mask: null, causal: false, 1 / Math.Sqrt(width)));
        }
    }

    private static void Compare(string name, double work, int repeat, Func<Tensor> ours, Func<Tensor> plain)
    {
        var (mine, theirs) = (new Timing(), new Timing());
        for (var i = 0; i <= repeat; i++)
        {
            if (i == 1)
                (mine, theirs) = (new Timing(), new Timing());    // the first round warms up
            mine.Measure(() => Release(ours));
            theirs.Measure(() => Release(plain));
        }

        Console.WriteLine($"{name}\n  kernel   {mine}, {work / mine.Median / 1e6:F0} GFLOP/s\n  libtorch {theirs}, {work / theirs.Median / 1e6:F0} GFLOP/s\n  ratio    {theirs.Median / mine.Median:F2}");
    }

    private static void Release(Func<Tensor> make)
    {
        using var scope = torch.NewDisposeScope();
        make();
    }
}
