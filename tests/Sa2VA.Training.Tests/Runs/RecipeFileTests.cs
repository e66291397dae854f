using System.Text.Json;
using Sa2VA.Models.Checkpoints;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Tokenizers;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using Sa2VA.Training.Objectives;
using Sa2VA.Training.Parameters;
using Sa2VA.Training.Runs;

namespace Sa2VA.Training.Tests.Runs;

public sealed class RecipeFileTests
{
    [Fact]
    public void What_is_left_out_takes_its_default()
    {
        var recipe = Read("""
            {
              // a comment
              "steps": 12, "precision": "bfloat16", "frozen": ["vision_model"],
              "lora": { "rank": 8 }, "optimizer": { "beta2": 0.95 },
            }
            """);
        Assert.Equal((12, TrainingPrecision.Bfloat16, 8, 32.0, 0.95, 0.9), (recipe.Steps, recipe.Precision, recipe.Lora!.Rank, recipe.Lora.Alpha, recipe.Optimizer.Beta2, recipe.Optimizer.Beta1));
        Assert.Equal(["vision_model"], recipe.Frozen);
        Assert.Equal(new TrainingRecipe().Samples, recipe.Samples);
        Assert.Null(new TrainingRecipe().Precision);
    }

    [Theory]
    [InlineData("{ \"stepps\": 3 }", "'stepps'", "steps, clipsPerWorker")]
    [InlineData("{ \"optimizer\": { \"beta3\": 0.9 } }", "'optimizer.beta3'", "beta1, beta2")]
    [InlineData("{ \"steps\": \"many\" }", "'steps'", "a whole number")]
    [InlineData("{ \"steps\": 1.5 }", "'steps'", "a whole number")]
    [InlineData("{ \"learningRate\": true }", "'learningRate'", "a number")]
    [InlineData("{ \"frozen\": \"vision_model\" }", "'frozen'", "a list of texts")]
    [InlineData("{ \"frozen\": [1] }", "'frozen[0]'", "a list of texts")]
    [InlineData("{ \"precision\": \"half\" }", "'precision'", "\"float32\" or \"bfloat16\"")]
    [InlineData("{ \"lora\": 16 }", "'lora'", "rank, alpha, targets")]
    [InlineData("{ \"losses\": null }", "'losses'", "an object")]
    [InlineData("{ \"steps\": 3", "line 1", "JSON")]
    [InlineData("[]", "JSON object")]
    [InlineData("{ \"steps\": 0 }", "'steps' is 0", "at least 1")]
    [InlineData("{ \"workers\": 1000 }", "'workers' is 1000", "from 1 to 256")]
    [InlineData("{ \"learningRate\": 0 }", "'learningRate' is 0", "above 0")]
    [InlineData("{ \"optimizer\": { \"beta1\": 1 } }", "'optimizer.beta1' is 1", "below 1")]
    [InlineData("{ \"samples\": { \"questions\": 0 } }", "'samples.questions' is 0", "at least 1")]
    [InlineData("{ \"lora\": { \"rank\": 0 } }", "'lora.rank' is 0", "from 1")]
    [InlineData("{ \"lora\": { \"targets\": [] } }", "lora.targets", "at least 1")]
    [InlineData("{ \"frozen\": [\"\"] }", "'frozen'", "empty")]
    public void A_mistake_is_named_with_what_is_expected(string json, params string[] words)
    {
        var message = Assert.Throws<TrainingException>(() => Read(json)).Message;
        Assert.Contains("recipe.json", message, StringComparison.Ordinal);
        foreach (var word in words)
            Assert.Contains(word, message, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", message, StringComparison.Ordinal);
        Assert.DoesNotContain("Sa2VA.Training", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_recipe_that_is_not_there_is_named() =>
        Assert.Contains("none.json", Assert.Throws<TrainingException>(() => RecipeFile.Read("/nowhere/none.json")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("docs/recipes/fine-tune.json")]
    [InlineData("models/sa2va-nano/training/recipe.json")]
    public void Shipped_recipes_can_be_read(string path) => Assert.True(RecipeFile.Read(Path.Combine(Repository(), path)).Steps > 1);

    [Fact]
    public void The_example_trains_what_Sa2VA_trains()
    {
        var recipe = RecipeFile.Read(Path.Combine(Repository(), "docs/recipes/fine-tune.json"));
        var preset = ModelPreset.Named("4b");
        using var json = JsonDocument.Parse(preset.Config(QwenTokens.OfficialBase + QwenTokens.AddedCount)!.ToJsonString());
        using var catalogue = new CatalogueStore();
        _ = new TrainingNetwork(catalogue, Sa2vaConfig.FromJson(json.RootElement), []);
        var plan = RecipePlan.Of(recipe, catalogue.Specs, ScalarType.BFloat16);
        var trained = catalogue.Specs.Where(spec => !plan.IsFrozen(spec.Name)).Select(spec => spec.Name).ToList();
        string[] parts = ["mlp1", "text_hidden_fcs", "language_model.model.embed_tokens", "language_model.lm_head", "grounding_encoder.sam2_model.sam_mask_decoder"];
        Assert.All(trained, name => Assert.Contains(parts, part => name.StartsWith(part, StringComparison.Ordinal)));
        Assert.All(parts, part => Assert.Contains(trained, name => name.StartsWith(part, StringComparison.Ordinal)));
        Assert.Equal(36 * 7, catalogue.Specs.Count(spec => LowRankAdapter.IsTarget(spec, plan.Lora!.Targets)));
    }

    private static TrainingRecipe Read(string json)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("recipe.json"), json);
        return RecipeFile.Read(folder.File("recipe.json"));
    }

    private static string Repository()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Sa2VA.Cluster.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("The tests do not run inside the repository.");
        return folder;
    }
}
