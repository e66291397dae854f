using System.Text.Json;
using System.Text.Json.Nodes;
using Sa2VA.Models.LanguageModels;
using Sa2VA.Models.Sa2va;

namespace Sa2VA.Models.Tests.Sa2va;

public sealed class Sa2vaConfigTests
{
    /// <summary>The fields that an official 4B folder has, with values as published.</summary>
    private const string Official = """
        {
          "architectures": ["Sa2VAChatModel"], "model_type": "sa2va_chat", "template": "qwen-chat",
          "force_image_size": 448, "downsample_ratio": 0.5, "ps_version": "v2", "select_layer": -1,
          "use_backbone_lora": 0, "use_llm_lora": 0, "dynamic_image_size": true, "use_thumbnail": true,
          "vision_config": {
            "architectures": ["InternVisionModel"], "hidden_size": 1024, "num_hidden_layers": 24, "num_attention_heads": 16,
            "intermediate_size": 4096, "image_size": 448, "patch_size": 14, "norm_type": "layer_norm", "qk_normalization": false,
            "qkv_bias": true, "layer_norm_eps": 1e-06, "hidden_act": "gelu", "initializer_factor": 0.1
          },
          "llm_config": {
            "architectures": ["Qwen2ForCausalLM"], "hidden_size": 2048, "num_hidden_layers": 36, "num_attention_heads": 16,
            "num_key_value_heads": 2, "intermediate_size": 11008, "vocab_size": 151679, "rms_norm_eps": 1e-06, "rope_theta": 1000000.0,
            "rope_scaling": { "factor": 2.0, "rope_type": "dynamic", "type": "dynamic" }, "max_position_embeddings": 32768,
            "hidden_act": "silu", "tie_word_embeddings": false, "use_sliding_window": false
          }
        }
        """;

    [Fact]
    public void An_official_configuration_is_understood()
    {
        var config = Read(_ => { });
        Assert.Equal(256, config.TokensPerFrame);
        Assert.Equal((36, 128, 2), (config.Language.Layers, config.Language.HeadSize, config.Language.KeyValueHeads));
        Assert.Equal(0, config.Language.DynamicRopeFactor);
        Assert.Equal("qwen_chat", config.Template.Name);
        Assert.False(config.TransposedGroups);
        Assert.Equal(1024, config.Tracker.ImageSize);
        Assert.Equal(144, config.Tracker.Trunk.EmbedDim);
        Assert.False(config.Tracker.BlankAbsentMasks);
        Assert.False(config.Tracker.NoObjEmbedSpatial);
    }

    [Fact]
    public void Missing_fields_take_the_official_defaults()
    {
        var config = Read(json =>
        {
            foreach (var field in (string[])["ps_version", "select_layer", "downsample_ratio", "force_image_size", "template"])
                json.Remove(field);
        });
        Assert.True(config.TransposedGroups);
        Assert.Equal((-1, 2, 448), (config.SelectLayer, config.GroupSide, config.VisionImageSize));
        Assert.Equal(ChatTemplate.QwenChat, config.Template);
    }

    [Theory]
    [InlineData("llm_config.architectures", "[\"LlamaForCausalLM\"]", "LlamaForCausalLM")]
    [InlineData("llm_config.hidden_size", "0", "'hidden_size'")]
    [InlineData("llm_config.hidden_size", "\"wide\"", "'hidden_size'")]
    [InlineData("llm_config.num_attention_heads", "15", "no multiple")]
    [InlineData("llm_config.num_key_value_heads", "3", "'num_key_value_heads'")]
    [InlineData("llm_config.use_sliding_window", "true", "'use_sliding_window'")]
    [InlineData("llm_config.vocab_size", "null", "no 'vocab_size'")]
    [InlineData("vision_config.norm_type", "\"batch_norm\"", "'norm_type'")]
    [InlineData("vision_config.hidden_act", "\"relu\"", "'hidden_act'")]
    [InlineData("vision_config.image_size", "450", "no multiple")]
    [InlineData("vision_config", "[]", "a JSON object was expected")]
    [InlineData("llm_config", "null", "not an InternVL-based")]
    [InlineData("template", "\"vicuna_chat\"", "'template'")]
    [InlineData("ps_version", "\"v3\"", "'ps_version'")]
    [InlineData("downsample_ratio", "0.3", "'downsample_ratio'")]
    [InlineData("select_layer", "-26", "'select_layer'")]
    [InlineData("use_llm_lora", "128", "'use_llm_lora'")]
    public void What_cannot_be_run_is_refused_by_field_and_value(string path, string value, string named)
    {
        var error = Assert.Throws<ModelFolderException>(() => Read(json =>
        {
            var steps = path.Split('.');
            JsonNode at = json;
            foreach (var step in steps[..^1])
                at = at[step]!;
            at[steps[^1]] = JsonNode.Parse(value);
        }));
        Assert.Contains(named, error.Message);
        Assert.Contains("config.json", error.Message);
    }

    [Fact]
    public void InternLm2_keeps_its_dynamic_scaling()
    {
        var config = Read(json =>
        {
            json["llm_config"]!["architectures"] = new JsonArray("InternLM2ForCausalLM");
            json["template"] = "internlm2_chat";
        });
        Assert.Equal(LanguageModelFamily.InternLm2, config.Language.Family);
        Assert.Equal(2, config.Language.DynamicRopeFactor);
        Assert.Equal(ChatTemplate.InternLm2Chat, config.Template);
    }

    private static Sa2vaConfig Read(Action<JsonObject> edit)
    {
        var json = JsonNode.Parse(Official)!.AsObject();
        edit(json);
        using var document = JsonDocument.Parse(json.ToJsonString());
        return Sa2vaConfig.FromJson(document.RootElement);
    }
}
