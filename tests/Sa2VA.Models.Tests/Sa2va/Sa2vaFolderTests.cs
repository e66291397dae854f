using System.Text.Json.Nodes;
using Sa2VA.Models.Checkpoints;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Sam2;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using Sa2VA.Tensors.Safetensors;
using Sa2VA.Testing;

namespace Sa2VA.Models.Tests.Sa2va;

/// <summary>Folders in the official layout: what loads, and what is refused by name.</summary>
public sealed class Sa2vaFolderTests : IDisposable
{
    private readonly TinySa2va _tiny = new();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _tiny.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_saved_model_loads_and_answers_the_same()
    {
        _tiny.Save(_folder.FullPath);
        using var loaded = Load();
        using var prefix = loaded.EncodeFrames(_tiny.Frames(2));
        using var expected = _tiny.Model.EncodeFrames(_tiny.Frames(2));
        var options = new AskOptions { MaxNewTokens = 10 };
        Assert.Equal(_tiny.Model.Ask(expected, "the dog", options).TokenIds, loaded.Ask(prefix, "the dog", options).TokenIds);
        Assert.Null(loaded.ModifiedDecoder);
    }

    [Fact]
    public void Bfloat16_weights_are_computed_with_as_if_widened_first()
    {
        _tiny.Save(_folder.FullPath, SafetensorsDtype.BF16);
        using var half = Load();
        using var wide = new TemporaryFolder();
        CopyWidened(_folder.FullPath, wide.FullPath);
        using var full = Sa2vaModel.Load(wide.FullPath, Device.CPU);
        using var a = half.EncodeFrames(_tiny.Frames(1));
        using var b = full.EncodeFrames(_tiny.Frames(1));
        var options = new AskOptions { MaxNewTokens = 10 };
        Assert.Equal(full.Ask(b, "the dog", options).TokenIds, half.Ask(a, "the dog", options).TokenIds);
    }

    [Fact]
    public void The_second_decoder_is_found_by_its_tensors()
    {
        using var tiny = new TinySa2va("tiny-i");
        Assert.NotNull(tiny.Model.ModifiedDecoder);
        tiny.Save(_folder.FullPath);
        using var loaded = Load();
        Assert.NotNull(loaded.ModifiedDecoder);
    }

    [Theory]
    [InlineData("vision_model.encoder.layers.0.attn.qkv.weight")]
    [InlineData("mlp1.3.bias")]
    [InlineData("language_model.model.layers.1.self_attn.k_proj.bias")]
    [InlineData("language_model.lm_head.weight")]
    [InlineData("text_hidden_fcs.2.weight")]
    [InlineData("grounding_encoder.sam2_model.memory_encoder.out_proj.weight")]
    public void A_missing_or_surplus_weight_is_named(string tensor)
    {
        // Under another name it is missing under its own and surplus under the other.
        _tiny.Save(_folder.FullPath, rename: name => name == tensor ? "language_model.stranger" : name);
        Assert.Contains($"'{tensor}'", Assert.Throws<ModelFolderException>(() => Load()).Message);
    }

    [Fact]
    public void A_surplus_weight_is_named()
    {
        _tiny.Store.Get("language_model.model.layers.7.mlp.up_proj.weight", [4, 4], default, null);
        _tiny.Save(_folder.FullPath);
        Assert.Contains("'language_model.model.layers.7.mlp.up_proj.weight'", Assert.Throws<ModelFolderException>(() => Load()).Message);
    }

    [Fact]
    public void A_misshaped_weight_is_named_with_both_shapes()
    {
        _tiny.Save(_folder.FullPath);
        EditConfig(json => json["llm_config"]!["intermediate_size"] = 96);
        var message = Assert.Throws<ModelFolderException>(() => Load()).Message;
        Assert.Contains("'language_model.model.layers.0.mlp.gate_proj.weight'", message);
        Assert.Contains("[128, 64]", message);
        Assert.Contains("[96, 64]", message);
    }

    [Fact]
    public void A_tied_head_may_be_missing_and_an_untied_one_is_used_when_it_is_there()
    {
        _tiny.Save(_folder.FullPath);
        EditConfig(json => json["llm_config"]!["tie_word_embeddings"] = true);
        using (var own = Load())
        using (var prefix = own.EncodeFrames(_tiny.Frames(1)))
        using (var expected = _tiny.Model.EncodeFrames(_tiny.Frames(1)))
            Assert.Equal(_tiny.Model.Ask(expected, "the dog", new AskOptions { MaxNewTokens = 4 }).TokenIds, own.Ask(prefix, "the dog", new AskOptions { MaxNewTokens = 4 }).TokenIds);

        using var tied = new TemporaryFolder();
        foreach (var file in Directory.EnumerateFiles(_folder.FullPath).Where(file => !file.EndsWith(".safetensors", StringComparison.Ordinal)))
            File.Copy(file, tied.File(Path.GetFileName(file)));
        CopyWeights(_folder.FullPath, tied.FullPath, name => name != TinySa2va.Head);
        using var without = Sa2vaModel.Load(tied.FullPath, Device.CPU);
        using var frames = without.EncodeFrames(_tiny.Frames(1));
        Assert.Equal(3, without.Ask(frames, "the dog", new AskOptions { MaxNewTokens = 3 }).TokenIds.Length);
    }

    [Fact]
    public void A_plain_SAM_2_beside_it_gives_the_original_decoder()
    {
        _tiny.Save(_folder.FullPath);
        using var second = new TemporaryFolder();
        CopyTracker(second.FullPath, change: value => value * 2);
        using var loaded = Sa2vaModel.Load(_folder.FullPath, Device.CPU, new LoadOptions { Sam2 = second.FullPath });

        // Sentences are read by the folder's own decoder, the rest is decoded by the other one; all other weights are the folder's.
        using var scope = torch.NewDisposeScope();
        using var features = GroundingProtocolTests.Features(_tiny, 1);
        var (own, embedding) = (_tiny.Model.Sam2, GroundingProtocolTests.Embedding(_tiny));
        Assert.Equal(Masks(own, own.sam_mask_decoder), Masks(loaded.Sam2, loaded.ModifiedDecoder!));
        Assert.NotEqual(Masks(own, own.sam_mask_decoder), Masks(loaded.Sam2, loaded.Sam2.sam_mask_decoder));
        using var doubled = Sam2Checkpoint.Load(second.FullPath);
        Assert.Equal(Masks(own, doubled.Model.sam_mask_decoder), Masks(loaded.Sam2, loaded.Sam2.sam_mask_decoder));

        float[] Masks(Sam2Model model, Sam2MaskDecoder decoder) => model.Heads.Decode(
            model.WithoutMemory(features.Fpn2), features.HighRes(decoder), null, null, torch.tensor(embedding, [1, 1, embedding.Length]), decoder).Masks.ToArray<float>();
    }

    [Fact]
    public void A_second_folder_that_does_not_fit_is_refused_with_both_sizes()
    {
        _tiny.Save(_folder.FullPath);
        using var second = new TemporaryFolder();
        Directory.CreateDirectory(second.File("newer"));
        CopyTracker(second.File("newer"), name => name == "mask_downsample.bias" ? "no_obj_embed_spatial" : name);
        Refused(_folder.FullPath, second.File("newer"), "SAM 2.1");
        Refused(_folder.FullPath, _folder.FullPath, "no plain SAM 2");
        Refused(_folder.FullPath, second.File("none"), "There is no model folder");

        using var improved = new TinySa2va("tiny-i");
        improved.Save(second.FullPath);
        ModelInitializer.Write(ModelPreset.Named("sam2-tiny"), second.File("s"), new InitOptions());
        Refused(second.FullPath, second.File("s"), "has SAM 2's own mask decoder already");

        static void Refused(string folder, string sam2, string words) =>
            Assert.Contains(words, Assert.Throws<ModelFolderException>(() => Sa2vaModel.Load(folder, Device.CPU, new LoadOptions { Sam2 = sam2 })).Message);
    }

    [Fact]
    public void A_quantised_model_answers()
    {
        _tiny.Save(_folder.FullPath, SafetensorsDtype.BF16);
        using var quantised = Sa2vaModel.Load(_folder.FullPath, Device.CPU, new LoadOptions { Quantize = Quantization.Int8 });
        using var prefix = quantised.EncodeFrames(_tiny.Frames(1));
        Assert.Equal(6, quantised.Ask(prefix, "the dog", new AskOptions { MaxNewTokens = 6 }).TokenIds.Length);
    }

    [Fact]
    public void Missing_files_and_a_tokenizer_of_another_model_are_named()
    {
        Assert.Contains("config.json", Assert.Throws<ModelFolderException>(() => Load()).Message);
        _tiny.Save(_folder.FullPath);
        EditConfig(json => json["llm_config"]!["vocab_size"] = 500);
        var message = Assert.Throws<ModelFolderException>(() => Load()).Message;
        Assert.Contains("500", message);
        File.WriteAllText(_folder.File("config.json"), "{");
        Assert.Contains("not valid JSON", Assert.Throws<ModelFolderException>(() => Load()).Message);
    }

    /// <summary>The tracker of the saved model as a plain SAM 2 checkpoint.</summary>
    private void CopyTracker(string to, Func<string, string>? rename = null, Func<Tensor, Tensor>? change = null)
    {
        const string prefix = "grounding_encoder.sam2_model.";
        var config = JsonNode.Parse(File.ReadAllText(_folder.File("config.json")))!;
        File.WriteAllText(Path.Combine(to, "config.json"), new JsonObject { ["sam2"] = config["sam2"]!.DeepClone() }.ToJsonString());
        CopyWeights(_folder.FullPath, to, name => name.StartsWith(prefix, StringComparison.Ordinal), name => rename?.Invoke(name[prefix.Length..]) ?? name[prefix.Length..], change);
    }

    private static void CopyWidened(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from).Where(file => !file.EndsWith(".safetensors", StringComparison.Ordinal)))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        CopyWeights(from, to, _ => true);
    }

    /// <summary>Copies weights as float32.</summary>
    private static void CopyWeights(string from, string to, Func<string, bool> keep, Func<string, string>? rename = null, Func<Tensor, Tensor>? change = null)
    {
        using var scope = torch.NewDisposeScope();
        var weights = SafetensorsTensors.Load(Path.Combine(from, "model.safetensors"), widen: true).Where(pair => keep(pair.Key))
            .ToDictionary(pair => rename?.Invoke(pair.Key) ?? pair.Key, pair => change?.Invoke(pair.Value) ?? pair.Value);
        SafetensorsTensors.Save(Path.Combine(to, "model.safetensors"), weights);
    }

    private Sa2vaModel Load() => Sa2vaModel.Load(_folder.FullPath, Device.CPU);

    private void EditConfig(Action<JsonNode> edit)
    {
        var json = JsonNode.Parse(File.ReadAllText(_folder.File("config.json")))!;
        edit(json);
        File.WriteAllText(_folder.File("config.json"), json.ToJsonString());
    }
}
