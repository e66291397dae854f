using System.Text.Json.Nodes;
using Sa2VA.Models.Sa2va;
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

    private static void CopyWidened(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from).Where(file => !file.EndsWith(".safetensors", StringComparison.Ordinal)))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        CopyWeights(from, to, _ => true);
    }

    /// <summary>Copies weights as float32.</summary>
    private static void CopyWeights(string from, string to, Func<string, bool> keep)
    {
        using var scope = torch.NewDisposeScope();
        var weights = SafetensorsTensors.Load(Path.Combine(from, "model.safetensors"), widen: true).Where(pair => keep(pair.Key)).ToDictionary();
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
