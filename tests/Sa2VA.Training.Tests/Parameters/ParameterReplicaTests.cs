using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using Sa2VA.Training.Parameters;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Training.Tests.Parameters;

public sealed class ParameterReplicaTests
{
    private const string Name = "layer.weight";

    [Fact]
    public void Workers_read_the_same_values_and_have_gradients_of_their_own()
    {
        using var scope = NewDisposeScope();
        using var source = new RandomStore(1);
        using var parameters = Store(source, ParameterPlan.Whole);
        using var one = new ParameterReplica(parameters);
        using var other = new ParameterReplica(parameters);
        var (first, second) = (Get(one), Get(other));
        parameters.Values.fill_(3);
        using (enable_grad())
            (first * 2).sum().backward();
        one.Collect();
        Assert.All(second.ToArray<float>(), value => Assert.Equal(3, value));
        Assert.All(one.Gradients.ToArray<float>(), value => Assert.Equal(2, value));
        Assert.All(other.Gradients.ToArray<float>(), value => Assert.Equal(0, value));
    }

    [Fact]
    public void Narrow_copies_follow_the_values_and_their_gradients_add_up_in_full_precision()
    {
        using var scope = NewDisposeScope();
        using var source = new RandomStore(1);
        using var parameters = Store(source, ParameterPlan.Whole with { TypeOf = _ => bfloat16 });
        using var replica = new ParameterReplica(parameters);
        var leaf = replica.Get(Name, [2, 3], Init.Ones, bfloat16);
        Assert.Equal(bfloat16, leaf.dtype);

        // Less than bfloat16 can tell from 1, and yet it counts.
        const double step = 1.0 / 1024;
        for (var i = 0; i < 16; i++)
        {
            parameters.Values.add_(step);
            parameters.Refresh();
        }

        Assert.All(parameters.Values.ToArray<float>(), value => Assert.Equal(1 + 16 * step, value, 1e-6));
        Assert.All(leaf.ToArray<float>(), value => Assert.Equal(1.015625f, value));
        for (var i = 0; i < 3; i++)
        {
            using (enable_grad())
                (leaf * 0.5).sum().backward();
            replica.Collect();
        }

        Assert.Equal(float32, replica.Gradients.dtype);
        Assert.All(replica.Gradients.ToArray<float>(), value => Assert.Equal(1.5f, value));
    }

    [Fact]
    public void What_is_frozen_is_not_copied_and_gets_no_gradient()
    {
        using var scope = NewDisposeScope();
        using var source = new RandomStore(1);
        using var parameters = Store(source, ParameterPlan.Whole with { IsFrozen = _ => true });
        using var replica = new ParameterReplica(parameters);
        Assert.Equal(0, parameters.Count);
        Assert.Same(source.Get(Name, [2, 3], Init.Ones, float32), Get(replica));
        Assert.False(Get(replica).requires_grad);
    }

    [Fact]
    public void A_module_that_asks_for_something_else_is_told()
    {
        using var source = new RandomStore(1);
        using var parameters = Store(source, ParameterPlan.Whole);
        using var replica = new ParameterReplica(parameters);
        Assert.Contains("[2, 3]", Assert.Throws<InvalidOperationException>(() => replica.Get(Name, [3, 2], Init.Ones, null)).Message, StringComparison.Ordinal);
        Assert.Contains("BFloat16", Assert.Throws<InvalidOperationException>(() => replica.Get(Name, [2, 3], Init.Ones, bfloat16)).Message, StringComparison.Ordinal);
    }

    private static Tensor Get(ParameterReplica replica) => replica.Get(Name, [2, 3], Init.Ones, null);

    private static ParameterStore Store(RandomStore source, ParameterPlan plan) => new(source, [new WeightSpec(Name, [2, 3], Init.Ones)], plan);
}
