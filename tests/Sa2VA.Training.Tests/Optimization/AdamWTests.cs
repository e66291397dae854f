using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using Sa2VA.Training.Optimization;
using Sa2VA.Training.Parameters;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Training.Tests.Optimization;

public sealed class AdamWTests
{
    private const double Rate = 0.1;

    // Worked out by hand: m = 0.9·m + 0.1·g, v = 0.999·v + 0.001·g², both divided by 1 - their factor to the power of the step.
    [Fact]
    public void Two_updates_are_those_of_the_paper()
    {
        using var source = new RandomStore(0);
        using var parameters = Ones(source);
        using var optimizer = new AdamW(parameters, new AdamWOptions { WeightDecay = 0.05, ClipNorm = 0 }, _ => 1);
        Step(parameters, optimizer, 1, 0.5f);
        AssertValues(parameters, matrix: 1 - Rate * 0.05 - Rate, vector: 1 - Rate);
        Step(parameters, optimizer, 2, -1);
        var update = -0.055 / (1 - 0.81) / Math.Sqrt(0.00124975 / (1 - 0.998001));
        AssertValues(parameters, matrix: 0.895 - Rate * 0.05 * 0.895 - Rate * update, vector: 0.9 - Rate * update);
    }

    [Fact]
    public void The_rate_may_differ_by_name()
    {
        using var source = new RandomStore(0);
        using var parameters = Ones(source);
        using var optimizer = new AdamW(parameters, new AdamWOptions { WeightDecay = 0, ClipNorm = 0 }, name => name == "layer.bias" ? 0.5 : 0);
        Step(parameters, optimizer, 1, 3);
        AssertValues(parameters, matrix: 1, vector: 1 - Rate / 2);
    }

    [Fact]
    public void A_long_gradient_is_shortened_and_its_length_told()
    {
        using var source = new RandomStore(0);
        using var parameters = Ones(source);
        using var optimizer = new AdamW(parameters, new AdamWOptions { ClipNorm = 1 }, _ => 1);
        using var gradients = full([6], 2);
        Assert.Equal(Math.Sqrt(24), optimizer.Step(parameters.Values, gradients, 1, Rate), 1e-6);
        Assert.All(gradients.ToArray<float>(), value => Assert.Equal(2 / Math.Sqrt(24), value, 1e-6));
        gradients.fill_(0.1);
        optimizer.Step(parameters.Values, gradients, 2, Rate);
        Assert.All(gradients.ToArray<float>(), value => Assert.Equal(0.1f, value));
    }

    [Fact]
    public void A_gradient_that_is_not_finite_changes_nothing()
    {
        using var source = new RandomStore(0);
        using var parameters = Ones(source);
        using var optimizer = new AdamW(parameters, new AdamWOptions(), _ => 1);
        using var gradients = full([6], double.NaN);
        Assert.False(double.IsFinite(optimizer.Step(parameters.Values, gradients, 1, Rate)));
        AssertValues(parameters, matrix: 1, vector: 1);
        Assert.All(optimizer.Mean.ToArray<float>(), value => Assert.Equal(0, value));
    }

    private static ParameterStore Ones(RandomStore source) =>
        new(source, [new WeightSpec("layer.weight", [2, 2], Init.Ones), new WeightSpec("layer.bias", [2], Init.Ones)], ParameterPlan.Whole);

    private static void Step(ParameterStore parameters, AdamW optimizer, long step, float gradient)
    {
        using var gradients = full([6], gradient);
        optimizer.Step(parameters.Values, gradients, step, Rate);
    }

    private static void AssertValues(ParameterStore parameters, double matrix, double vector)
    {
        double[] expected = [matrix, matrix, matrix, matrix, vector, vector];
        Assert.All(parameters.Values.ToArray<float>().Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-6));
    }
}
