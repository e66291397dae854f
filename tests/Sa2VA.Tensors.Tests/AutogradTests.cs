using static Sa2VA.Tensors.torch;

namespace Sa2VA.Tensors.Tests;

public sealed class AutogradTests
{
    [Fact]
    public void Nothing_is_recorded_unless_asked_for()
    {
        using var scope = NewDisposeScope();
        var x = tensor<float>([2], [1]).requires_grad_();

        Assert.False((x * x).requires_grad);
        using (enable_grad())
        {
            Assert.True((x * x).requires_grad);
            using (no_grad())
                Assert.False((x * x).requires_grad);
        }
    }

    [Fact]
    public void Backward_gives_the_derivative_and_accumulates()
    {
        using var scope = NewDisposeScope();
        using var recording = enable_grad();
        var x = tensor<float>([1, 2, 3], [3]).requires_grad_();

        (x * x).sum().backward();
        Assert.Equal([2, 4, 6], x.grad!.ToArray<float>());
        (x * x).sum().backward();
        Assert.Equal([4, 8, 12], x.grad!.ToArray<float>());
        x.grad = null;
        Assert.Null(x.grad);
    }

    [Fact]
    public void A_linear_layer_learns_by_gradient_descent()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var input = randn([64, 3]);
        var target = input.matmul(tensor<float>([1, -2, 0.5f], [3, 1])) + 0.25;
        var weight = zeros([1, 3]).requires_grad_();
        var bias = zeros([1]).requires_grad_();

        for (var step = 0; step < 200; step++)
        {
            using var inner = NewDisposeScope();
            using (enable_grad())
                (nn.functional.linear(input, weight, bias) - target).square().mean().backward();
            weight.sub_(weight.grad! * 0.1);
            bias.sub_(bias.grad! * 0.1);
            weight.grad = null;
            bias.grad = null;
        }

        Assert.True(allclose(weight, tensor<float>([1, -2, 0.5f], [1, 3]), atol: 1e-3));
        Assert.Equal(0.25f, bias.item<float>(), 1e-3f);
    }
}
