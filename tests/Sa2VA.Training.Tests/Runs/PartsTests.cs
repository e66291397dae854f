using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using Sa2VA.Training.Parameters;
using Sa2VA.Training.Runs;

namespace Sa2VA.Training.Tests.Runs;

/// <summary>Frozen parts, adapters and narrow activations in a whole step.</summary>
public sealed class PartsTests
{
    private const string Tracker = "grounding_encoder.sam2_model";

    // A clip's gradient when everything is trained in float32; the same for all tests.
    private static readonly Lazy<Dictionary<string, float[]>> Whole = new(() => Gradients(Tiny.Recipe, out _));

    [Theory]
    [InlineData("vision_model")]
    [InlineData("mlp1")]
    [InlineData("language_model")]
    [InlineData("text_hidden_fcs")]
    [InlineData($"{Tracker}.image_encoder")]
    [InlineData($"{Tracker}.memory_attention")]
    [InlineData($"{Tracker}.memory_encoder")]
    [InlineData($"{Tracker}.sam_prompt_encoder")]
    [InlineData($"{Tracker}.sam_mask_decoder")]
    public void A_frozen_part_stays_and_the_others_learn_as_before(string part)
    {
        var gradients = Gradients(Tiny.Recipe with { Frozen = [part] }, out var parameters);
        Assert.Contains(parameters, name => name.StartsWith(part, StringComparison.Ordinal));
        Assert.DoesNotContain(gradients.Keys, name => name.StartsWith(part, StringComparison.Ordinal));
        Assert.Contains(Whole.Value, pair => pair.Key.StartsWith(part, StringComparison.Ordinal) && pair.Value.Any(value => value != 0));
        Assert.Equal(Whole.Value.Count(pair => !pair.Key.StartsWith(part, StringComparison.Ordinal)), gradients.Count);
        foreach (var (name, values) in gradients)
            Assert.True(values.AsSpan().SequenceEqual(Whole.Value[name]), $"the gradient of '{name}' depends on whether '{part}' is frozen");
    }

    [Fact]
    public void Frozen_values_come_out_as_they_went_in()
    {
        using var folder = new TemporaryFolder();
        var model = Tiny.WriteModel(folder.File("tiny"));
        var recipe = Tiny.Recipe with { Frozen = ["vision_model", $"{Tracker}.image_encoder"], Lora = new LoraOptions { Rank = 2, Targets = ["q_proj"] } };
        TrainingRun.Execute(
            new TrainingRequest { Recipe = recipe, Model = model, Folder = folder.File("run"), Source = Tiny.Source, StopAfter = 2 },
            cancellationToken: TestContext.Current.CancellationToken);
        using var before = CheckpointStore.Open(model);
        using var after = CheckpointStore.Open(TrainingFolder.ModelOf(folder.File("run")));
        var changed = Tiny.Specs().Where(spec => before.Has(spec.Name) && !Same(before, after, spec)).Select(spec => spec.Name).ToList();
        Assert.DoesNotContain(changed, name => recipe.Frozen.Any(part => name.StartsWith(part, StringComparison.Ordinal)));
        Assert.Contains(changed, name => name.StartsWith("mlp1", StringComparison.Ordinal));
        Assert.Contains(changed, name => name.EndsWith("q_proj.weight", StringComparison.Ordinal));
    }

    [Fact]
    public void Adapters_take_the_place_of_their_matrices()
    {
        var gradients = Gradients(Tiny.Recipe with { Lora = new LoraOptions { Rank = 2, Targets = ["q_proj", "down_proj"] } }, out var parameters);
        var matrices = parameters.Where(name => name.StartsWith("language_model", StringComparison.Ordinal) && (name.EndsWith("q_proj.weight", StringComparison.Ordinal) || name.EndsWith("down_proj.weight", StringComparison.Ordinal))).ToList();
        Assert.Equal(2 * Tiny.Config.Language.Layers, matrices.Count);
        Assert.All(matrices, name => Assert.False(gradients.ContainsKey(name)));
        foreach (var name in matrices.Select(name => name[..^".weight".Length]))
        {
            // B starts at zero, so that A has no gradient yet.
            Assert.Contains(gradients[$"{name}.lora_B.weight"], value => value != 0);
            Assert.All(gradients[$"{name}.lora_A.weight"], value => Assert.Equal(0, value));
        }
    }

    [Fact]
    public void Narrow_activations_give_nearly_the_same_gradient()
    {
        var narrow = Gradients(Tiny.Recipe with { Precision = TrainingPrecision.Bfloat16 }, out _);
        Assert.Equal(Whole.Value.Keys, narrow.Keys);
        var (product, first, second) = (0.0, 0.0, 0.0);
        foreach (var (name, wide) in Whole.Value)
        {
            foreach (var (x, y) in wide.Zip(narrow[name]))
                (product, first, second) = (product + (double)x * y, first + (double)x * x, second + (double)y * y);
        }

        Assert.InRange(product / Math.Sqrt(first * second), 0.98, 1);
        Assert.InRange(second / first, 0.9, 1.1);
        // The tracker's own losses do not pass through anything narrow.
        Assert.Contains(narrow, pair => pair.Key.StartsWith(Tracker, StringComparison.Ordinal) && pair.Value.AsSpan().SequenceEqual(Whole.Value[pair.Key]) && pair.Value.Any(value => value != 0));
    }

    [Theory]
    [InlineData("vision_modl", "vision_model")]
    [InlineData($"{Tracker}.decoder", $"{Tracker}.sam_mask_decoder")]
    public void A_part_that_there_is_not_is_named_beside_those_there_are(string part, string meant)
    {
        var error = Assert.Throws<TrainingException>(() => RecipePlan.Of(Tiny.Recipe with { Frozen = [part] }, Tiny.Specs(), ScalarType.Float32));
        Assert.StartsWith("frozen:", error.Message, StringComparison.Ordinal);
        Assert.Contains($"'{part}'", error.Message, StringComparison.Ordinal);
        Assert.Contains(meant, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_layer_that_there_is_not_is_named_beside_those_there_are()
    {
        var recipe = Tiny.Recipe with { Lora = new LoraOptions { Targets = ["q_proj", "wqkv"] } };
        var error = Assert.Throws<TrainingException>(() => RecipePlan.Of(recipe, Tiny.Specs(), ScalarType.Float32));
        Assert.StartsWith("lora.targets:", error.Message, StringComparison.Ordinal);
        Assert.Contains("'wqkv'", error.Message, StringComparison.Ordinal);
        Assert.Contains("q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_to_train_is_a_mistake()
    {
        var all = new[] { "vision_model", "mlp1", "language_model", "text_hidden_fcs", "grounding_encoder" };
        Assert.Contains("nothing", Assert.Throws<TrainingException>(() => RecipePlan.Of(Tiny.Recipe with { Frozen = all }, Tiny.Specs(), ScalarType.Float32)).Message, StringComparison.Ordinal);
    }

    private static Dictionary<string, float[]> Gradients(TrainingRecipe recipe, out IReadOnlyList<string> parameters)
    {
        using var start = new RandomStore(1);
        using var fresh = new AuxiliaryWeights(start, recipe.Seed);
        var type = recipe.Precision == TrainingPrecision.Bfloat16 ? ScalarType.BFloat16 : ScalarType.Float32;
        using var store = new ParameterStore(fresh, Tiny.Specs(), RecipePlan.Of(recipe, Tiny.Specs(), type));
        using var worker = new TrainingWorker(recipe, Tiny.Config, Tiny.Prompts, Tiny.Source, store, type);
        worker.Learn(first: 5);
        parameters = [.. store.Specs.Select(spec => spec.Name)];
        return store.Placements.ToDictionary(place => place.Spec.Name, worker.Replica.Gradients.Part, StringComparer.Ordinal);
    }

    private static bool Same(CheckpointStore first, CheckpointStore second, WeightSpec spec) =>
        first.Get(spec.Name, [.. spec.Shape], spec.Init, ScalarType.Float32).ToArray<float>().AsSpan().SequenceEqual(second.Get(spec.Name, [.. spec.Shape], spec.Init, ScalarType.Float32).ToArray<float>());
}
