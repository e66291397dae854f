using System.Text.Json.Nodes;
using Sa2VA.Models.Checkpoints;
using Sa2VA.Models.LanguageModels;
using Sa2VA.Models.QwenVl;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Sam2;
using Sa2VA.Models.Tokenizers;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using Sa2VA.Tensors.Safetensors;
using Sa2VA.Testing;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Tests.QwenVl;

/// <summary>Sa2VA over Qwen-VL as whole folders. There is no recording of one: its parts have theirs, and here they are put together by hand beside the model.</summary>
public sealed class QwenVlSa2vaTests : IDisposable
{
    private const string Question = "the dog on the left";
    private readonly TemporaryFolder _folder = new();

    private string Model => _folder.File("model");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("tiny-qwen2.5vl", true)]
    [InlineData("tiny-qwen3vl", false)]
    public void An_answer_is_that_of_the_parts_put_together_by_hand(string preset, bool system)
    {
        Write(preset);
        using var model = Sa2vaModel.Load(Model, Device.CPU);
        var frames = Frames(model.Config);
        using var prefix = model.EncodeFrames(frames);
        var answer = model.Ask(prefix, Question, cancellationToken: TestContext.Current.CancellationToken);

        using var scope = NewDisposeScope();
        using var store = CheckpointStore.Open(Model);
        var root = new WeightScope(store);
        var (config, vision) = (model.Config, model.Config.QwenVision!);
        var tower = new QwenVisionModel(root["model"]["model"]["visual"], vision);
        var language = LanguageModel.Create(root["model"]["model"]["language_model"], root["model"]["lm_head"], config.Language);
        var normalizer = vision.IsQwen3 ? ImageNormalizer.Symmetric : ImageNormalizer.Clip;
        var (pieces, positions, visual, deep) = (new List<Tensor>(), new TokenPositions(), new List<long>(), new List<IReadOnlyList<Tensor>>());
        Text((system ? "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n" : "") + "<|im_start|>user\n");
        foreach (var frame in frames)
        {
            Text("<|vision_start|>");
            var (rows, grid) = ImagePatches.Cut(normalizer.Normalize(frame.Bytes.Span, frame.Height, frame.Width), vision);
            var seen = tower.forward(rows, grid);
            visual.AddRange(Enumerable.Range(positions.Count, grid.Count / 4).Select(place => (long)place));
            pieces.Add(seen.Tokens);
            deep.Add(seen.Deep);
            positions.AddGrid([0], grid.Rows / 2, grid.Columns / 2);
            Text("<|vision_end|>");
        }

        Text(QuestionTemplate.Apply(Question) + "<|im_end|>\n<|im_start|>assistant\n");
        var features = vision.IsQwen3 ? new DeepFeatures(tensor(visual.ToArray()), [.. deep[0].Select((_, layer) => cat([.. deep.Select(one => one[layer])]))]) : null;
        using var cache = language.NewCache();
        var state = language.forward(cat([.. pieces]).unsqueeze(0), [new Continuation(cache, positions.Count) { Positions = positions }], null, features).select(1, -1);
        var ids = new List<int>();
        while (ids.Count < 2)
        {
            ids.Add((int)language.Logits(state).argmax(-1).item<long>());
            if (ids.Count == 1)
                state = language.forward(language.Embed([ids[0]]), cache).select(1, -1);
        }

        Assert.Equal(ids, answer.TokenIds);
        Assert.Equal("[SEG]", answer.Text);
        // The state that read [SEG]; frames and question were read in two passes there and in one here.
        var network = new Sa2vaNetwork(root, root, config);
        store.ThrowIfSurplus();
        var expected = network.ProjectSegmentation(state).ToArray<float>();
        var scale = expected.Max(Math.Abs);
        Assert.All(expected.Zip(answer.SegEmbeddings[0]), pair => Assert.Equal(pair.First, pair.Second, 1e-4f * scale));

        void Text(string text)
        {
            var tokens = model.Tokenizer.Encode(text, SpecialTokens.AsTokens);
            pieces.Add(language.Embed(tokens).squeeze(0));
            positions.AddText(tokens.Length);
        }
    }

    [Theory]
    [InlineData("tiny-qwen2.5vl", "model.visual", "model.language_model", "lm_head")]
    [InlineData("tiny-qwen3vl", "model.visual", "model.language_model", "lm_head")]
    [InlineData("tiny-qwen2.5vl", "visual", "model", "lm_head")]
    [InlineData("tiny-qwen2.5vl", "visual", "language_model.model", "language_model.lm_head")]
    public void The_names_of_every_version_of_transformers_load(string preset, string visual, string language, string head)
    {
        Write(preset);
        float[] expected;
        using (var own = Sa2vaModel.Load(Model, Device.CPU))
            expected = Answer(own);
        Rename(name => name.Replace("model.model.visual.", visual + ".", StringComparison.Ordinal)
            .Replace("model.model.language_model.", language + ".", StringComparison.Ordinal)
            .Replace("model.lm_head.", head + ".", StringComparison.Ordinal));

        using var renamed = Sa2vaModel.Load(Model, Device.CPU);

        Assert.Equal(expected, Answer(renamed));
        Assert.Empty(ModelInspector.Inspect(Model).Problems);

        static float[] Answer(Sa2vaModel model)
        {
            using var prefix = model.EncodeFrames(Frames(model.Config));
            return model.Ask(prefix, Question, cancellationToken: TestContext.Current.CancellationToken).SegEmbeddings[0];
        }
    }

    [Fact]
    public void The_folders_own_template_says_whether_there_is_a_system_message()
    {
        Write("tiny-qwen2.5vl");
        Assert.Equal(ChatTemplate.QwenWithSystem, Sa2vaConfig.Load(Model).Template);
        File.WriteAllText(Path.Combine(Model, "chat_template.json"), """{ "chat_template": "{{ messages }}" }""");
        Assert.Equal(ChatTemplate.QwenChat, Sa2vaConfig.Load(Model).Template);
        File.WriteAllText(Path.Combine(Model, "chat_template.jinja"), "<|im_start|>system\nYou are a helpful assistant.<|im_end|>");
        Assert.Equal(ChatTemplate.QwenWithSystem, Sa2vaConfig.Load(Model).Template);
    }

    [Theory]
    [InlineData("text_config", "rope_scaling", "null", "mrope_section")]
    [InlineData("text_config", "num_hidden_layers", "1", "deepstack_visual_indexes")]
    [InlineData("vision_config", "out_hidden_size", "65", "out_hidden_size")]
    [InlineData("vision_config", "num_position_embeddings", "35", "num_position_embeddings")]
    [InlineData("vision_config", "deepstack_visual_indexes", "[3]", "deepstack_visual_indexes")]
    [InlineData("vision_config", "hidden_act", "\"silu\"", "hidden_act")]
    [InlineData("", "max_pixels", "3", "max_pixels")]
    public void What_cannot_be_run_is_refused_by_field_and_file(string section, string field, string value, string named)
    {
        Write("tiny-qwen3vl");
        var file = Path.Combine(Model, "config.json");
        var json = JsonNode.Parse(File.ReadAllText(file))!;
        (section.Length == 0 ? json : json[section]!)[field] = JsonNode.Parse(value);
        File.WriteAllText(file, json.ToJsonString());

        var error = Assert.Throws<ModelFolderException>(() => Sa2vaModel.Load(Model, Device.CPU));

        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.Contains("config.json", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_frame_of_a_wrong_size_is_refused()
    {
        Write("tiny-qwen2.5vl");
        using var model = Sa2vaModel.Load(Model, Device.CPU);
        Assert.Contains("multiples of 28", Assert.Throws<ArgumentException>(() => model.EncodeFrames([new RgbPixels(56, 50, new byte[56 * 50 * 3])])).Message, StringComparison.Ordinal);
    }

    private static List<RgbPixels> Frames(Sa2vaConfig config)
    {
        var (random, unit) = (new Random(4), config.QwenVision!.PatchSize * 2);
        return [.. new[] { (3, 2), (1, 4), (3, 3) }.Select(size =>
        {
            var pixels = new byte[size.Item1 * size.Item2 * unit * unit * 3];
            random.NextBytes(pixels);
            return new RgbPixels(size.Item1 * unit, size.Item2 * unit, pixels);
        })];
    }

    private void Write(string preset) => ModelInitializer.Write(ModelPreset.Named(preset), Model, new InitOptions { Dtype = SafetensorsDtype.F32 }, TestContext.Current.CancellationToken);

    private void Rename(Func<string, string> rename)
    {
        var (path, moved) = (Path.Combine(Model, "model.safetensors"), Path.Combine(Model, "renamed"));
        using (var file = SafetensorsFile.Open(path))
        {
            using var scope = NewDisposeScope();
            using var writer = SafetensorsWriter.Create(moved, file.Entries.Select(entry => new SafetensorsDeclaration(rename(entry.Name), entry.Dtype, entry.Shape)));
            var original = file.Entries.ToDictionary(entry => rename(entry.Name), StringComparer.Ordinal);
            foreach (var entry in writer.Entries)
                writer.Append(entry.Name, file.Map(original[entry.Name]));
            writer.Commit();
        }

        File.Move(moved, path, overwrite: true);
    }
}
