using static Sa2VA.Tensors.torch;
using F = Sa2VA.Tensors.torch.nn.functional;

namespace Sa2VA.Tensors.Tests.Kernels;

/// <summary>Linear layers with a byte per weight: the bytes, the kernel of every instruction set, and the way over tensor operators.</summary>
[Collection(nameof(KernelState))]
public sealed class Int8KernelTests : IDisposable
{
    private readonly KernelState _state = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<string, int, int, int> Shapes => LinearKernelTests.Shapes;

    [Theory]
    [InlineData(float32)]
    [InlineData(bfloat16)]
    public void A_row_is_scaled_by_its_largest_weight_and_rounded_to_the_nearest(ScalarType type)
    {
        var matrix = cat([randn([5, 70]) * 3, zeros([1, 70]), full([1, 70], -2)]).to(type);
        var (values, scales) = Int8Rows.Quantize(matrix);
        var (weights, bytes, steps) = (matrix.to(float32).ToArray<float>(), values.ToArray<sbyte>(), scales.ToArray<float>());
        for (var row = 0; row < 7; row++)
        {
            var largest = weights.Skip(row * 70).Take(70).Max(Math.Abs);
            Assert.Equal(largest / 127, steps[row]);
            for (var k = row * 70; k < (row + 1) * 70; k++)
                Assert.InRange(Math.Abs(weights[k] - bytes[k] * (double)steps[row]), 0, steps[row] * 0.50001);
            Assert.Equal(largest == 0 ? 0 : 127, bytes.Skip(row * 70).Take(70).Max(value => Math.Abs((int)value)));
        }
    }

    [Fact]
    public void A_matrix_of_another_type_is_refused() => Assert.Throws<TensorException>(() => Int8Rows.Quantize(zeros([2, 2], int64)));

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Sums_are_those_of_double_precision(string set, int rows, int outputs, int inputs)
    {
        _state.Use(set);
        var (x, b) = (randn([rows, inputs]), randn([outputs]));
        var (values, scales) = Int8Rows.Quantize(randn([outputs, inputs]));
        foreach (var activation in Enum.GetValues<Activation>())
        {
            foreach (var bias in (Tensor?[])[b, null])
            {
                var sums = x.to(float64).matmul(values.to(float64).transpose(0, 1)) * scales.to(float64);
                var expected = activation.Apply(bias is null ? sums : sums + bias.to(float64));
                var error = (F.linear_int8(x, values, scales, bias, activation).to(float64) - expected).abs().max().item<double>();
                Assert.True(error <= 6e-6 * Math.Sqrt(inputs + 1), $"{activation}: off by {error}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_row_is_the_same_alone_in_a_slice_and_on_any_threads(string set, int rows, int outputs, int inputs)
    {
        _state.Use(set);
        var (x, b) = (randn([rows, inputs]), randn([outputs]));
        var (values, scales) = Int8Rows.Quantize(randn([outputs, inputs]).to(bfloat16));
        set_num_threads(2);
        var together = F.linear_int8(x, values, scales, b, Activation.Silu).ToArray<float>();
        set_num_threads(1);
        Assert.Equal(together, F.linear_int8(x, values, scales, b, Activation.Silu).ToArray<float>());
        Assert.Equal(together, cat([.. x.split(1).Select(row => F.linear_int8(row, values, scales, b, Activation.Silu))]).ToArray<float>());
        var wider = cat([randn([rows, 3]), x, randn([rows, 2])], 1).narrow(1, 3, inputs);
        Assert.Equal(together, F.linear_int8(wider, values, scales, b, Activation.Silu).ToArray<float>());
    }

    [Fact]
    public void Where_there_is_no_kernel_tensor_operators_give_the_same_and_gradients_flow()
    {
        var (x, b) = (randn([3, 40]), randn([20]));
        var (values, scales) = Int8Rows.Quantize(randn([20, 40]));
        var kernel = F.linear_int8(x, values, scales, b, Activation.Gelu);
        using (enable_grad())
        {
            var leaf = x.clone().requires_grad_(true);
            var general = F.linear_int8(leaf, values, scales, b, Activation.Gelu);
            Assert.True((general - kernel).abs().max().item<float>() < 2e-5);
            general.sum().backward();
            Assert.True(leaf.grad!.abs().sum().item<float>() > 0);
        }

        var half = F.linear_int8(x.to(bfloat16), values, scales, b, Activation.Gelu);
        Assert.Equal(bfloat16, half.dtype);
        // Eight bits of mantissa in and out.
        Assert.True(((half.to(float32) - kernel).abs() / (kernel.abs() + 1)).max().item<float>() < 0.1);
    }

    public void Dispose()
    {
        _scope.Dispose();
        _state.Dispose();
    }
}
