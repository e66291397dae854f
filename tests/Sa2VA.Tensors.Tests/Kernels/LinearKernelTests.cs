using static Sa2VA.Tensors.torch;
using F = Sa2VA.Tensors.torch.nn.functional;

namespace Sa2VA.Tensors.Tests.Kernels;

/// <summary>The linear kernel of every instruction set against sums in double precision, and what it promises about bits.</summary>
[Collection(nameof(KernelState))]
public sealed class LinearKernelTests : IDisposable
{
    private readonly KernelState _state = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<string, int, int, int> Shapes
    {
        get
        {
            var data = new TheoryData<string, int, int, int>();
            foreach (var set in CpuKernels.InstructionSets)
                foreach (var rows in new[] { 1, 3, 8, 15, 40 })
                    foreach (var (outputs, inputs) in new[] { (1, 1), (33, 17), (130, 96), (64, 513), (15, 1100) })
                        data.Add(set, rows, outputs, inputs);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Sums_are_those_of_double_precision(string set, int rows, int outputs, int inputs)
    {
        _state.Use(set);
        foreach (var activation in Enum.GetValues<Activation>())
        {
            foreach (var type in new[] { float32, bfloat16 })
            {
                var x = randn([rows, inputs]);
                var w = randn([outputs, inputs]).to(type);
                var b = randn([outputs]);
                var expected = activation.Apply(x.to(float64).matmul(w.to(float64).transpose(0, 1)) + b.to(float64));
                var error = (F.linear(x, w, b, activation).to(float64) - expected).abs().max().item<double>();
                Assert.True(error <= 6e-6 * Math.Sqrt(inputs + 1), $"{activation}, {type}: off by {error}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_row_is_the_same_alone_in_a_slice_and_on_any_threads(string set, int rows, int outputs, int inputs)
    {
        _state.Use(set);
        var x = randn([rows, inputs]);
        var w = randn([outputs, inputs]).to(bfloat16);
        set_num_threads(2);
        var together = F.linear(x, w, activation: Activation.Gelu).ToArray<float>();
        set_num_threads(1);
        Assert.Equal(together, F.linear(x, w, activation: Activation.Gelu).ToArray<float>());
        Assert.Equal(together, cat([.. x.split(1).Select(row => F.linear(row, w, activation: Activation.Gelu))]).ToArray<float>());
        var wider = cat([randn([rows, 3]), x, randn([rows, 2])], 1).narrow(1, 3, inputs);
        Assert.Equal(together, F.linear(wider, w, activation: Activation.Gelu).ToArray<float>());
    }

    [Theory]
    [InlineData("avx512")]
    [InlineData("avx2")]
    [InlineData("portable")]
    public void Activations_hold_from_one_end_to_the_other(string set)
    {
        _state.Use(set);
        var x = cat([linspace(-12, 12, 4001), tensor([-100f, 100f, 0f, 1e-8f, -1e-8f], [5])]).view(-1, 1);
        var one = ones([1, 1]);
        foreach (var activation in new[] { Activation.Relu, Activation.Gelu, Activation.Silu })
        {
            var expected = activation.Apply(x.to(float64));
            var error = ((F.linear(x, one, activation: activation).to(float64) - expected).abs() / (expected.abs() + 1)).max().item<double>();
            Assert.True(error < 3e-7, $"{activation} is off by {error}");
        }

        Assert.True(float.IsNaN(F.linear(full([1, 1], float.NaN), one, activation: Activation.Gelu).item<float>()));
    }

    public void Dispose()
    {
        _scope.Dispose();
        _state.Dispose();
    }
}
