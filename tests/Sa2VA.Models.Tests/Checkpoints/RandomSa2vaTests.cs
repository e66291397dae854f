using System.Text.Json.Nodes;
using Sa2VA.Models.Checkpoints;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Tokenizers;
using Sa2VA.Tensors;
using Sa2VA.Tensors.Safetensors;
using Sa2VA.Testing;

namespace Sa2VA.Models.Tests.Checkpoints;

public sealed class RandomSa2vaTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Model => _folder.File("model");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("tiny", false)]
    [InlineData("tiny-i", true)]
    [InlineData("tiny-desa2va", false)]
    [InlineData("tiny-internlm2", false)]
    [InlineData("tiny-phi3", false)]
    [InlineData("tiny-qwen2.5vl", false)]
    [InlineData("tiny-qwen3vl", false)]
    public void A_random_checkpoint_loads_like_a_fetched_one(string preset, bool improved)
    {
        var parameters = Write(preset);

        using var model = Sa2vaModel.Load(Model, Device.CPU);
        var report = ModelInspector.Inspect(Model);

        Assert.Equal(improved, model.ModifiedDecoder is not null);
        Assert.Equal(parameters, report.Parameters);
        Assert.Equal((ModelPreset.Named(preset).Kind, improved ? "sa2va-i" : "sa2va", 128), (report.Kind, report.Protocol, report.ImageSize));
        Assert.Equal(model.Tokenizer.RequiredId(QwenTokens.Segmentation), report.Tokenizer!.Segmentation);
        Assert.DoesNotContain(report.Parts, part => part.Name == "other");
        Assert.Empty(report.Problems);
    }

    [Theory]
    [InlineData("the person in the red shirt", 0)]
    [InlineData("a dog", 1)]
    [InlineData("Which of the two cars overtakes the other one, and does it stay ahead until the end?", 2)]
    [InlineData("<|im_end|> [SEG] ünïcödé 你好\n", 3)]
    public void Every_question_is_answered_with_one_segment(string question, int seed)
    {
        Write("tiny", new InitOptions { Seed = (ulong)seed });
        using var model = Sa2vaModel.Load(Model, Device.CPU);
        using var prefix = model.EncodeFrames(Frames(model, seed));

        var answer = model.Ask(prefix, question, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal("[SEG]", answer.Text);
        Assert.Single(answer.SegEmbeddings);
        Assert.All(answer.SegEmbeddings[0], value => Assert.True(float.IsFinite(value)));
    }

    [Theory]
    [InlineData("tiny-internlm2", "the person in the red shirt")]
    [InlineData("tiny-internlm2", "<|im_end|> [SEG] [UNUSED_TOKEN_1] ünïcödé 你好\n")]
    [InlineData("tiny-phi3", "the person in the red shirt")]
    [InlineData("tiny-phi3", "<|end|> [SEG] ünïcödé 你好\n")]
    [InlineData("tiny-qwen2.5vl", "the person in the red shirt")]
    [InlineData("tiny-qwen2.5vl", "<|image_pad|> <|im_end|> [SEG]")]
    [InlineData("tiny-qwen3vl", "the person in the red shirt")]
    public void Every_family_answers_with_one_segment(string preset, string question)
    {
        Write(preset);
        using var model = Sa2vaModel.Load(Model, Device.CPU);
        using var prefix = model.EncodeFrames(Frames(model, 0));

        var answer = model.Ask(prefix, question, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal("[SEG]", answer.Text);
        Assert.True(answer.Complete);
        Assert.Single(answer.SegEmbeddings);
    }

    [Fact]
    public void Another_question_and_other_frames_give_another_prompt()
    {
        Write("tiny");
        using var model = Sa2vaModel.Load(Model, Device.CPU);
        using var prefix = model.EncodeFrames(Frames(model, 0));
        using var other = model.EncodeFrames(Frames(model, 1));

        var dog = model.Ask(prefix, "a dog", cancellationToken: TestContext.Current.CancellationToken).SegEmbeddings[0];
        var car = model.Ask(prefix, "the car on the left", cancellationToken: TestContext.Current.CancellationToken).SegEmbeddings[0];
        var elsewhere = model.Ask(other, "a dog", cancellationToken: TestContext.Current.CancellationToken).SegEmbeddings[0];

        Assert.True(Distance(dog, car) > 0.02, $"{Distance(dog, car)}");
        Assert.True(Distance(dog, elsewhere) > 0.001, $"{Distance(dog, elsewhere)}");
    }

    [Fact]
    public void Without_the_bias_the_random_model_does_not_segment()
    {
        Write("tiny", new InitOptions { AnswersWithSegmentation = false });
        using var model = Sa2vaModel.Load(Model, Device.CPU);
        using var prefix = model.EncodeFrames(Frames(model, 0));

        var answer = model.Ask(prefix, "a dog", new AskOptions { MaxNewTokens = 8 }, TestContext.Current.CancellationToken);

        Assert.NotEqual("[SEG]", answer.Text);
    }

    [Theory]
    [InlineData("language_model.model.norm.weight")]
    [InlineData("vision_model.encoder.layers.1.attn.qkv.weight")]
    [InlineData("grounding_encoder.sam2_model.memory_encoder.fuser.layers.0.g_weight")]
    [InlineData("text_hidden_fcs.2.bias")]
    [InlineData("language_model.model.layers.1.attention.wqkv.weight", "tiny-internlm2")]
    [InlineData("language_model.output.weight", "tiny-internlm2")]
    [InlineData("language_model.model.layers.0.mlp.gate_up_proj.weight", "tiny-phi3")]
    [InlineData("model.model.visual.blocks.1.mlp.gate_proj.bias", "tiny-qwen2.5vl")]
    [InlineData("model.lm_head.weight", "tiny-qwen2.5vl")]
    [InlineData("model.model.visual.deepstack_merger_list.1.norm.bias", "tiny-qwen3vl")]
    [InlineData("model.model.language_model.layers.1.self_attn.k_norm.weight", "tiny-qwen3vl")]
    public void A_deleted_tensor_is_named(string tensor, string preset = "tiny")
    {
        Write(preset);
        Rewrite((name, shape) => name == tensor ? null : (name, shape));

        Assert.Contains(tensor.Replace("g_weight", "", StringComparison.Ordinal), LoadError(), StringComparison.Ordinal);
        Assert.Contains("asks for are missing (1)", Assert.Single(ModelInspector.Inspect(Model).Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void A_reshaped_tensor_is_named_with_both_shapes()
    {
        Write("tiny");
        Rewrite((name, shape) => name == "mlp1.1.weight" ? (name, [shape[1], shape[0]]) : (name, shape));

        var message = LoadError();

        Assert.Contains("'mlp1.1.weight' as BF16 [256, 64], but the configuration asks for [64, 256]", message, StringComparison.Ordinal);
        Assert.Contains("mlp1.1.weight is BF16 [256, 64] instead of [64, 256]", Assert.Single(ModelInspector.Inspect(Model).Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void A_renamed_tensor_is_named_when_missing_and_when_surplus()
    {
        Write("tiny");
        Rewrite((name, shape) => name == "mlp1.0.bias" ? ("mlp1.0.beta", shape) : (name, shape));

        Assert.Contains("'mlp1.0.bias' [256]", LoadError(), StringComparison.Ordinal);
        var problems = ModelInspector.Inspect(Model).Problems;
        Assert.Contains("mlp1.0.bias [256]", problems[0], StringComparison.Ordinal);
        Assert.Contains("mlp1.0.beta", problems[1], StringComparison.Ordinal);
    }

    [Fact]
    public void An_added_tensor_is_named()
    {
        Write("tiny");
        Rewrite((name, shape) => (name, shape), ("language_model.model.layers.2.mlp.up_proj.weight", [128, 64]));

        Assert.Contains("'language_model.model.layers.2.mlp.up_proj.weight'", LoadError(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_configuration_of_another_size_is_told_by_its_first_tensor()
    {
        Write("tiny");
        var file = Path.Combine(Model, "config.json");
        var config = JsonNode.Parse(File.ReadAllText(file))!;
        config["llm_config"]!["num_hidden_layers"] = 3;
        File.WriteAllText(file, config.ToJsonString());

        Assert.Contains("language_model.model.layers.2.", LoadError(), StringComparison.Ordinal);
    }

    // Of Qwen2.5's sizes with an untied head, InternViT-300M (0.304 B), SAM 2 Hiera-L (0.224 B) and the projections between them.
    [Theory]
    [InlineData("1b", 896, 1.16, 1.18)]
    [InlineData("internvl3-2b", 1536, 2.3, 2.35)]
    [InlineData("4b", 2048, 3.93, 3.95)]
    [InlineData("4b-phi3", 3072, 4.35, 4.45, 32_025)]
    [InlineData("8b", 4096, 8.2, 8.4, 92_558)]
    [InlineData("qwen2.5vl-3b", 2048, 4.2, 4.4, 151_670)]
    [InlineData("qwen3vl-4b", 2560, 4.9, 5.2, 151_674)]
    [InlineData("26b", 6144, 25.5, 26.2, 92_558)]
    public void A_real_size_has_the_vocabulary_and_the_number_of_parameters_of_the_published_one(string preset, int width, double fewest, double most, int vocabulary = 151_679)
    {
        Assert.Equal(vocabulary, ModelPreset.Named(preset).NewTokenizer().Count);
        using var json = System.Text.Json.JsonDocument.Parse(ModelPreset.Named(preset).Config(vocabulary)!.ToJsonString());

        var specs = ModelCatalogue.Of(ModelPreset.Named(preset), json.RootElement);

        Assert.Equal([vocabulary, width], specs.First(spec => spec.Name is "language_model.lm_head.weight" or "language_model.output.weight" or "model.lm_head.weight").Shape);
        Assert.InRange(specs.Sum(spec => spec.Count) / 1e9, fewest, most);
    }

    private static List<RgbPixels> Frames(Sa2vaModel model, int seed)
    {
        var (width, height) = model.Config.FrameSizes(160, 96)[^1];
        var random = new Random(seed);
        return [.. Enumerable.Range(0, 5).Select(_ =>
        {
            var pixels = new byte[width * height * 3];
            random.NextBytes(pixels);
            return new RgbPixels(width, height, pixels);
        })];
    }

    private static double Distance(float[] left, float[] right) =>
        Math.Sqrt(left.Zip(right).Sum(pair => Math.Pow(pair.First - pair.Second, 2)) / left.Sum(value => Math.Pow(value, 2)));

    private string LoadError() => Assert.Throws<ModelFolderException>(() => Sa2vaModel.Load(Model, Device.CPU)).Message;

    private long Write(string preset, InitOptions? options = null) =>
        ModelInitializer.Write(ModelPreset.Named(preset), Model, options, TestContext.Current.CancellationToken);

    // Writes the weights again with names and shapes changed; the values do not matter.
    private void Rewrite(Func<string, long[], (string Name, long[] Shape)?> change, params (string Name, long[] Shape)[] added)
    {
        var path = Path.Combine(Model, "model.safetensors");
        List<(string Name, long[] Shape)> tensors;
        using (var file = SafetensorsFile.Open(path))
            tensors = [.. file.Entries.Select(entry => change(entry.Name, [.. entry.Shape])).OfType<(string, long[])>(), .. added];

        using var writer = SafetensorsWriter.Create(path, tensors.Select(tensor => new SafetensorsDeclaration(tensor.Name, SafetensorsDtype.BF16, [.. tensor.Shape])));
        foreach (var entry in writer.Entries)
            writer.Append(entry.Name, new byte[entry.ByteCount]);
        writer.Commit();
    }
}
