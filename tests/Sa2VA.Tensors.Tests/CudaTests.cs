using static Sa2VA.Tensors.torch;
using F = Sa2VA.Tensors.torch.nn.functional;

namespace Sa2VA.Tensors.Tests;

/// <summary>The same operations on a GPU, where there is one, against the CPU's answers.</summary>
public sealed class CudaTests : IDisposable
{
    private readonly DisposeScope _scope;

    public CudaTests()
    {
        Assert.SkipUnless(cuda.is_available(), "no CUDA device, or a CPU libtorch");
        _scope = NewDisposeScope();
        manual_seed(3);
    }

    public void Dispose() => _scope?.Dispose();

    [Fact]
    public void A_tensor_goes_to_the_device_and_back_unchanged()
    {
        var host = randn([3, 5]);
        var there = host.to(CUDA);

        Assert.Equal(new Device(DeviceType.CUDA, 0), there.device);
        Assert.Equal(host.ToArray<float>(), there.cpu().ToArray<float>());
    }

    [Fact]
    public void Data_on_the_device_cannot_be_read_in_place()
    {
        var there = zeros([2], device: CUDA);

        Assert.Contains("cuda:0", Assert.Throws<TensorException>(() => there.data<float>()[0]).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ScalarType.Float32, 1e-4)]
    [InlineData(ScalarType.BFloat16, 5e-2)]
    [InlineData(ScalarType.Float16, 1e-2)]
    public void Linear_layers_agree_with_the_cpu(ScalarType type, double tolerance)
    {
        var (x, w, b) = (randn([70, 96]), randn([33, 96]) * 0.1, randn([33]));

        var there = F.linear(x.to(type, CUDA), w.to(type, CUDA), b.to(type, CUDA), Activation.Gelu);

        Assert.Equal(type, there.dtype);
        Assert.True(allclose(F.linear(x, w, b, Activation.Gelu), there.to(float32).cpu(), tolerance, tolerance));
    }

    [Theory]
    [InlineData(16, 16, false, 1)]
    [InlineData(1, 16, true, 1)]
    [InlineData(20, 20, true, 2)]
    [InlineData(64, 200, false, 4)]
    public void Attention_agrees_with_the_cpu(int queries, int keys, bool causal, int group)
    {
        var q = randn([2, 4, queries, 64]);
        var k = randn([2, 4 / group, keys, 64]);
        var v = randn([2, 4 / group, keys, 24]);

        var there = F.scaled_dot_product_attention(q.to(CUDA), k.to(CUDA), v.to(CUDA), is_causal: causal);

        Assert.True(allclose(F.scaled_dot_product_attention(q, k, v, is_causal: causal), there.cpu(), 1e-4, 1e-4));
    }

    [Fact]
    public void Convolutions_and_resizing_agree_with_the_cpu()
    {
        var image = randn([1, 3, 32, 32]);
        var kernel = randn([8, 3, 7, 7]) * 0.1;

        var here = F.interpolate(F.conv2d(image, kernel, stride: 4, padding: 3), 16, 16);
        var there = F.interpolate(F.conv2d(image.to(CUDA), kernel.to(CUDA), stride: 4, padding: 3), 16, 16);

        Assert.True(allclose(here, there.cpu(), 1e-3, 1e-3));
    }

    [Fact]
    public void Gradients_flow_on_the_device()
    {
        using var recording = enable_grad();
        var x = ones([3], device: CUDA).requires_grad_();

        (x * x * x).sum().backward();

        Assert.Equal([3, 3, 3], x.grad!.ToArray<float>());
    }
}
