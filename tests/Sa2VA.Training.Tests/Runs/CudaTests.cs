using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using Sa2VA.Training.Parameters;
using Sa2VA.Training.Runs;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Training.Tests.Runs;

/// <summary>The same updates on a GPU, where there is one.</summary>
public sealed class CudaTests
{
    [Theory]
    [InlineData(TrainingPrecision.Float32, 0.02)]
    [InlineData(null, 0.1)]    // bfloat16, the default there
    public void Updates_are_nearly_those_of_the_CPU(TrainingPrecision? precision, double tolerance)
    {
        Assert.SkipUnless(cuda.is_available(), "no CUDA device, or a CPU libtorch");
        var recipe = Tiny.Recipe with { Precision = precision, Lora = new LoraOptions { Rank = 2, Targets = ["q_proj", "down_proj"] }, Frozen = ["vision_model"] };
        var (expected, found) = (Losses(recipe with { Precision = TrainingPrecision.Float32 }, CPU), Losses(recipe, CUDA));
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), found.Keys.Order(StringComparer.Ordinal));
        foreach (var (name, value) in expected)
            Assert.True(Math.Abs(found[name] - value) <= tolerance * Math.Max(0.1, Math.Abs(value)), $"{name} is {found[name]} on the GPU and {value} on the CPU");
    }

    private static IReadOnlyDictionary<string, double> Losses(TrainingRecipe recipe, Device device)
    {
        using var start = new RandomStore(1, device);
        using var trainer = Tiny.Trainer(start, recipe);
        trainer.Step();
        return trainer.Step().Losses;
    }
}
