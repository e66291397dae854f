using System.Text.Json;
using System.Text.Json.Nodes;
using Sa2VA.Models.Checkpoints;
using Sa2VA.Models.UniPixel;
using Sa2VA.Tensors;

namespace Sa2VA.Models.Tests.UniPixel;

public sealed class UniPixelFolderTests(TinyUniPixel tiny)
{
    private static readonly string[] Official = ["visual.", "model.", "lm_head."];

    [Fact]
    public void A_random_checkpoint_has_the_official_names_and_is_what_an_inspection_says()
    {
        var report = ModelInspector.Inspect(tiny.Folder);

        Assert.Empty(report.Problems);
        Assert.Equal((ModelKind.UniPixel, "unipixel", 128, "2.1"), (report.Kind, report.Protocol, report.ImageSize, report.Tracker!.Version));
        Assert.StartsWith("UniPixel with qwen2_5_vl_text, SAM 2.1", report.Title, StringComparison.Ordinal);
        Assert.Equal((tiny.Model.Tokenizer.RequiredId("<|seg|>"), "<|seg|>"), (report.Tokenizer!.Segmentation, report.Tokenizer.SegmentationToken));
        Assert.DoesNotContain(report.Parts, part => part.Name == "other");
        Assert.Contains("<|seg|> is", report.ToText(), StringComparison.Ordinal);
        Assert.Equal(["image encoder", "language model", "mask decoder", "memory attention", "memory encoder", "object projection", "prompt encoder", "reference encoder", "segmentation projection", "tracker tokens", "vision tower"],
            report.Parts.Select(part => part.Name).Order(StringComparer.Ordinal));
        using var folder = ModelFolder.Open(tiny.Folder);
        Assert.Contains("sam2.memory_encoder.fuser.layers.1.weight", folder.Weights.TensorNames);
        Assert.Contains("ref_proj.1.weight", folder.Weights.TensorNames);
        using var model = GroundingModels.Load(tiny.Folder, Device.CPU);
        Assert.IsType<UniPixelModel>(model);
        Assert.Equal(16, GroundingModels.DefaultKeyFrames(tiny.Folder));
    }

    [Theory]
    [InlineData("model.visual.", "model.language_model.", "lm_head.")]
    [InlineData("model.model.visual.", "model.model.language_model.", "model.lm_head.")]
    [InlineData("visual.", "language_model.model.", "language_model.lm_head.")]
    [InlineData("visual.", "model.model.", "lm_head.")]
    public void The_names_of_every_version_of_transformers_load(string visual, string language, string head)
    {
        var folder = tiny.Write($"renamed-{visual}{language}{head}");
        string[] names = [visual, language, head];
        TinyUniPixel.Rename(folder, name => Array.FindIndex(Official, prefix => name.StartsWith(prefix, StringComparison.Ordinal)) is var part and >= 0
            ? names[part] + name[Official[part].Length..]
            : name.EndsWith("fuser.layers.0.weight", StringComparison.Ordinal) ? name.Replace(".weight", ".gamma", StringComparison.Ordinal) : name);

        using var model = UniPixelModel.Load(folder, Device.CPU);

        var frames = TinyUniPixel.Noise(model.Config, 2);
        using var prefix = model.Look(frames);
        using var own = tiny.Model.Look(frames);
        Assert.Equal(
            tiny.Model.Ask(own.Prefix, "a dog", cancellationToken: TestContext.Current.CancellationToken).SegEmbeddings[0],
            model.Ask(prefix.Prefix, "a dog", cancellationToken: TestContext.Current.CancellationToken).SegEmbeddings[0]);
        Assert.Empty(ModelInspector.Inspect(folder).Problems);
    }

    [Fact]
    public void A_head_that_is_tied_may_be_absent_and_one_that_is_not_may_not()
    {
        var folder = tiny.Write("headless");
        TinyUniPixel.Rename(folder, name => name == "lm_head.weight" ? null : name);
        Assert.Contains("'lm_head.weight'", LoadError(folder), StringComparison.Ordinal);
        TinyUniPixel.Configure(folder, json => json["tie_word_embeddings"] = true);

        using var model = UniPixelModel.Load(folder, Device.CPU);

        Assert.True(model.Config.Language.TieWordEmbeddings);
        using var prefix = model.Look(TinyUniPixel.Noise(model.Config, 1));
        Assert.NotEmpty(model.Ask(prefix.Prefix, "a dog", new() { MaxNewTokens = 2 }, TestContext.Current.CancellationToken).TokenIds);
        Assert.Empty(ModelInspector.Inspect(folder).Problems);
    }

    [Theory]
    [InlineData("seg_head.1.bias", null, "'seg_head.1.bias' [64]")]
    [InlineData("tem_pe.positional_encoding_gaussian_matrix", null, "'tem_pe.positional_encoding_gaussian_matrix' [1, 16]")]
    [InlineData("msk_proj.2.weight", "msk_proj.4.weight", "'msk_proj.2.weight' [64, 128]")]
    [InlineData("ref_encoder.no_mask_embed.weight", null, "'ref_encoder.no_mask_embed.weight'")]
    [InlineData("sam2.memory_encoder.fuser.layers.1.weight", null, "'sam2.memory_encoder.fuser.layers.1.gamma'")]
    [InlineData("visual.blocks.1.mlp.gate_proj.bias", "visual.blocks.9.mlp.gate_proj.bias", "'visual.blocks.1.mlp.gate_proj.bias'")]
    public void A_tensor_that_is_missing_or_renamed_is_named(string tensor, string? renamed, string says)
    {
        var folder = tiny.Write($"missing-{tensor}");
        TinyUniPixel.Rename(folder, name => name == tensor ? renamed : name);

        var message = LoadError(folder);

        Assert.Contains(says, message, StringComparison.Ordinal);
        Assert.Contains(folder, message, StringComparison.Ordinal);
        Assert.NotEmpty(ModelInspector.Inspect(folder).Problems);
    }

    [Fact]
    public void A_tensor_too_many_is_named()
    {
        var folder = tiny.Write("surplus");
        TinyUniPixel.Configure(folder, json => json["text_config"]!["num_hidden_layers"] = 1);

        Assert.Contains("'model.layers.1.input_layernorm.weight'", LoadError(folder), StringComparison.Ordinal);
        Assert.Contains("belong to no part", Assert.Single(ModelInspector.Inspect(folder).Problems), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sam2_hidden_tokens", "3", "seg_head.3.weight")]
    [InlineData("sam2_hidden_tokens", "65", "sam2_hidden_tokens")]
    [InlineData("sam2_batch_mode", "true", "sam2_batch_mode")]
    [InlineData("sam2_enable_decoder", "false", "sam2_enable_decoder")]
    [InlineData("seg_token_id", "7", "'<|seg|>'")]
    [InlineData("max_pixels", "3", "max_pixels")]
    [InlineData("vision_config", "{}", "vision_config")]
    public void What_cannot_be_run_is_refused_by_field_and_file(string field, string value, string named)
    {
        var folder = tiny.Write($"refused-{field}-{value.Length}");
        TinyUniPixel.Configure(folder, json => json[field] = JsonNode.Parse(value));

        var message = LoadError(folder);

        Assert.Contains(named, message, StringComparison.Ordinal);
        Assert.Contains(folder, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pytorch_model.safetensors")]
    [InlineData("adapter_model.safetensors", "pytorch_model.safetensors")]
    public void An_adapter_is_refused_with_what_to_do(params string[] files)
    {
        var folder = tiny.Write($"adapter-{files.Length}");
        File.Delete(Path.Combine(folder, "model.safetensors"));
        foreach (var file in files) File.WriteAllText(Path.Combine(folder, file), "x");

        var message = LoadError(folder);

        Assert.Contains("adapter (LoRA)", message, StringComparison.Ordinal);
        Assert.Contains("merge_adapter=True", message, StringComparison.Ordinal);
        Assert.Contains(folder, Assert.Throws<ModelFolderException>(() => ModelInspector.Inspect(folder)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("configs/sam2.1_hiera_b+", 112, 24)]
    [InlineData("sam2.1/sam2.1_hiera_l.yaml", 144, 48)]
    [InlineData("configs/sam2.1_hiera_t", 96, 12)]
    public void The_tracker_is_the_one_that_the_configuration_names(string name, int embedDim, int blocks)
    {
        var tracker = Configuration(json => json["sam2_config"] = name).Tracker;

        Assert.Equal((embedDim, blocks, 768), (tracker.Trunk.EmbedDim, tracker.Trunk.Stages.Sum(), tracker.ImageSize));
        Assert.True(tracker is { NoObjEmbedSpatial: true, ProjTposEncInObjPtrs: true, UseSignedTposEncToObjPtrs: true, AddAllFramesToCorrectAsCond: true, BlankAbsentMasks: true });
        Assert.False(tracker.BinarizeMaskFromPtsForMemEnc || tracker.DynamicMultimaskViaStability);
        Assert.Equal(0, tracker.FillHoleArea);
    }

    [Theory]
    [InlineData("sam2_config", "\"configs/sam3\"")]
    [InlineData("sam2_config", "null")]
    [InlineData("sam2_image_size", "770")]
    [InlineData("sam2_image_size", "40000")]
    public void A_tracker_that_is_not_known_is_refused(string field, string value) =>
        Assert.Contains($"'{field}'", Assert.Throws<ModelFolderException>(() => Configuration(json => json[field] = JsonNode.Parse(value))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_configuration_without_a_section_for_the_language_model_is_read_too()
    {
        var config = Configuration(json =>
        {
            foreach (var (name, value) in json["text_config"]!.AsObject().ToList()) json[name] = value?.DeepClone();
            json.AsObject().Remove("text_config");
        });
        Assert.Equal((2048, 36, 128), (config.Language.HiddenSize, config.Language.Layers, config.Language.HeadSize));
    }

    // Pixels for the language model: 128 to 256 cells of 28 x 28 a frame, and as many times more as there are fewer frames than sixteen.
    [Theory]
    [InlineData(1920, 1080, 16, 588, 336)]
    [InlineData(1920, 1080, 40, 588, 336)]
    [InlineData(1920, 1080, 8, 840, 448)]
    [InlineData(1920, 1080, 1, 1932, 1092)]
    [InlineData(4000, 3000, 1, 2044, 1540)]
    [InlineData(64, 48, 16, 392, 280)]
    public void Frames_have_the_size_of_the_official_code(int width, int height, int frames, int expectedWidth, int expectedHeight) =>
        Assert.Equal((expectedWidth, expectedHeight), new UniPixelConfig().FrameSize(width, height, frames));

    [Fact]
    public void The_shapes_of_UniPixel_3B_are_those_of_the_parts()
    {
        var preset = ModelPreset.Named("unipixel-3b");
        Assert.Equal(151_668, preset.NewTokenizer().Count);
        using var json = JsonDocument.Parse(preset.Config(preset.NewTokenizer().Count)!.ToJsonString());
        var specs = ModelCatalogue.Of(preset, json.RootElement).ToDictionary(spec => spec.Name, spec => string.Join(", ", spec.Shape), StringComparer.Ordinal);

        Assert.Equal("151936, 2048", specs["model.embed_tokens.weight"]);
        Assert.Equal("512, 2048", specs["seg_head.3.weight"]);
        Assert.Equal("768, 512", specs["ref_proj_single.weight"]);
        Assert.Equal("768, 768", specs["ref_proj_double.weight"]);
        Assert.Equal("1, 128", specs["tem_pe.positional_encoding_gaussian_matrix"]);
        Assert.Equal("1, 256", specs["tem_emb.weight"]);
        Assert.Equal("768, 256", specs["tem_proj.weight"]);
        Assert.Equal("2048, 1536", specs["ref_proj.1.weight"]);
        Assert.Equal("5120, 5120", specs["msk_proj.0.weight"]);
        Assert.Equal("2048, 5120", specs["msk_proj.2.weight"]);
        Assert.Equal("112, 3, 7, 7", specs["sam2.image_encoder.trunk.patch_embed.proj.weight"]);
        Assert.Equal("1, 64", specs["sam2.no_obj_embed_spatial"]);
        Assert.Equal("5120, 5120", specs["visual.merger.mlp.0.weight"]);
    }

    private static UniPixelConfig Configuration(Action<JsonNode> change)
    {
        var json = (JsonNode)ModelPreset.Named("unipixel-3b").Config(151_668)!;
        change(json);
        using var document = JsonDocument.Parse(json.ToJsonString());
        return UniPixelConfig.FromJson(document.RootElement);
    }

    private static string LoadError(string folder) => Assert.Throws<ModelFolderException>(() => GroundingModels.Load(folder, Device.CPU)).Message;
}
