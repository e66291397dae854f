using Sa2VA.Models.LanguageModels;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using Sa2VA.Testing;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Tests.LanguageModels;

/// <summary>What a byte per weight does to the states of language models, and what it costs in memory.</summary>
public sealed class QuantizationTests
{
    /// <summary>
    /// Most of the root mean square difference of final states, in parts of the states' own. Rounding a normal weight to 127 steps of the
    /// largest of some dozens costs about 0.6 % of it, and layers add that up. Measured: 1.6 to 1.9 % for the recorded decoders, 2.7 % for
    /// sa2va-nano.
    /// </summary>
    private const double StateBound = 0.035;

    public static TheoryData<string> Folders => LanguageModelGoldenTests.Folders;

    [Theory]
    [MemberData(nameof(Folders))]
    public void Final_states_stay_within_the_bound(string folder)
    {
        using var golden = Golden.Open(folder);
        using var scope = NewDisposeScope();
        using var store = CheckpointStore.Open(golden.WeightsPath);
        var config = LanguageModelConfig.FromJson(new ConfigSection("config", golden.Config.GetProperty("config")), LanguageModelGoldenTests.FamilyOf(folder)!.Value);
        var (exact, bytes) = (LanguageModel.Create(new WeightScope(store), config), LanguageModel.Create(new WeightScope(store).As(Quantization.Int8), config));
        var ids = golden["case0.input_ids"].ToArray<int>();
        var difference = Difference(States(exact, ids), States(bytes, ids));
        TestContext.Current.SendDiagnosticMessage("{0}: final states differ by {1:P2}", folder, difference);
        Assert.InRange(difference, 1e-6, StateBound);
    }

    [Fact]
    public void Sequences_read_in_one_pass_have_the_states_they_have_alone()
    {
        using var golden = Golden.Open(Golden.Folders("llm").First(folder => folder.EndsWith("qwen2", StringComparison.Ordinal)));
        using var scope = NewDisposeScope();
        using var store = CheckpointStore.Open(golden.WeightsPath);
        var config = LanguageModelConfig.FromJson(new ConfigSection("config", golden.Config.GetProperty("config")), LanguageModelFamily.Qwen2);
        var model = LanguageModel.Create(new WeightScope(store).As(Quantization.Int8), config);
        int[] first = [3, 1, 4, 1, 5, 9, 2, 6, 5], second = [2];
        using KeyValueCache a = model.NewCache(), b = model.NewCache();
        var together = model.forward(cat([model.Embed(first), model.Embed(second)], 1), [new Continuation(a, first.Length), new Continuation(b, second.Length)]);
        Assert.Equal(States(model, first).ToArray<float>(), together.narrow(1, 0, first.Length).ToArray<float>());
        Assert.Equal(States(model, second).ToArray<float>(), together.narrow(1, first.Length, 1).ToArray<float>());
    }

    [Fact]
    public void A_shipped_model_keeps_its_states()
    {
        using var scope = NewDisposeScope();
        using var store = CheckpointStore.Open(NanoFolder());
        var config = Sa2vaConfig.Load(NanoFolder());
        var root = new WeightScope(store)["language_model"];
        var exact = LanguageModel.Create(root, config.Language);
        int[] ids = [.. Enumerable.Range(0, 64).Select(i => i * 7 % config.Language.VocabularySize)];
        var expected = States(exact, ids);

        var bytes = LanguageModel.Create(root.As(Quantization.Int8), config.Language);
        var difference = Difference(expected, States(bytes, ids));
        TestContext.Current.SendDiagnosticMessage("sa2va-nano: final states differ by {0:P2}", difference);
        Assert.InRange(difference, 1e-6, StateBound);
    }

    [Fact]
    public void A_quantised_matrix_is_made_once()
    {
        using var store = new RandomStore(seed: 3);
        var scope = new WeightScope(store).As(Quantization.Int8)["layer"];
        var matrix = scope.GetLinear("weight", Init.FanIn, 8, 16);
        Assert.Same(matrix, scope.GetLinear("weight", Init.FanIn, 8, 16));
        Assert.Equal(ScalarType.Int8, matrix.Values.dtype);
        Assert.Null(new WeightScope(store)["layer"].GetLinear("weight", Init.FanIn, 8, 16).Scales);
    }

    private static Tensor States(LanguageModel model, int[] ids)
    {
        using var cache = model.NewCache();
        return model.forward(model.Embed(ids), cache);
    }

    private static double Difference(Tensor expected, Tensor actual) =>
        Math.Sqrt((expected - actual).to(float64).pow(2).mean().item<double>() / expected.to(float64).pow(2).mean().item<double>());

    private static string NanoFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (Path.Combine(folder.FullName, "models", "sa2va-nano") is var nano && Directory.Exists(nano)) return nano;
        }

        throw new DirectoryNotFoundException("There is no models/sa2va-nano above the tests.");
    }
}
