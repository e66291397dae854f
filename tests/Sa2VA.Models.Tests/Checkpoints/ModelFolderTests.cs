using Sa2VA.Models.Checkpoints;
using Sa2VA.Tensors.Safetensors;

namespace Sa2VA.Models.Tests.Checkpoints;

public sealed class ModelFolderTests
{
    private const string Sa2vaTracker = "grounding_encoder.sam2_model.";

    [Theory]
    [InlineData("Sa2VAChatModel", "sa2va_chat", true, ModelKind.Sa2vaInternVl)]
    [InlineData("Sa2VAChatModel", "sa2va_chat", false, ModelKind.Sa2vaQwenVl)]
    [InlineData("Sa2VAChatModelQwen", "sa2va_chat", false, ModelKind.Sa2vaQwenVl)]
    [InlineData("PixelQwen2_5_VLForConditionalGeneration", "pixel_qwen2_5_vl", false, ModelKind.UniPixel)]
    public void A_folder_is_recognised_by_its_configuration(string architecture, string modelType, bool withLlmConfig, ModelKind expected)
    {
        using var fake = new FakeModelFolder().WithWeights(("w", SafetensorsDtype.F32, [1])).WithConfig(withLlmConfig
            ? new { architectures = new[] { architecture }, model_type = modelType, llm_config = new { } }
            : (object)new { architectures = new[] { architecture }, model_type = modelType });

        using var folder = ModelFolder.Open(fake.FullPath);

        Assert.Equal(expected, folder.Kind);
    }

    [Theory]
    [InlineData("")]
    [InlineData("model.")]
    public void A_plain_SAM_2_checkpoint_is_recognised_by_its_tensors(string prefix)
    {
        using var fake = new FakeModelFolder().WithWeights([.. FakeModelFolder.Tracker(prefix, 96, 12)]);

        using var folder = ModelFolder.Open(fake.FullPath);
        using var file = ModelFolder.Open(Path.Combine(fake.FullPath, "model.safetensors"));

        Assert.Equal(ModelKind.Sam2, folder.Kind);
        Assert.Equal(ModelKind.Sam2, file.Kind);
        Assert.Equal(prefix, folder.TrackerPrefix);
    }

    public static TheoryData<string, string[]> Refused => new()
    {
        { "adapter_config.json", ["adapter", "LoRA"] },
        { "adapter_model.safetensors", ["adapter", "Merge it"] },
        { "pytorch_model-00001-of-00002.bin", ["pickles", "pytorch_model-00001-of-00002.bin", "Convert"] },
        { "sam2_hiera_large.pt", ["pickles", "sam2_hiera_large.pt"] },
        { "readme.md", ["model.safetensors"] },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_folder_without_usable_weights_is_refused_with_what_to_do(string file, string[] says)
    {
        using var fake = new FakeModelFolder().WithSa2vaConfig().With(file, "x");

        var message = Assert.Throws<ModelFolderException>(() => ModelFolder.Open(fake.FullPath)).Message;

        Assert.All(says, text => Assert.Contains(text, message, StringComparison.Ordinal));
        Assert.Contains(fake.FullPath, message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pickle_beside_safetensors_does_no_harm()
    {
        using var fake = new FakeModelFolder().WithSa2vaConfig().WithWeights(("w", SafetensorsDtype.F32, [1])).With("training_args.bin");

        using var folder = ModelFolder.Open(fake.FullPath);

        Assert.Equal(ModelKind.Sa2vaInternVl, folder.Kind);
    }

    [Fact]
    public void A_pickle_given_as_the_model_is_refused()
    {
        using var fake = new FakeModelFolder().With("sam2.pt");

        Assert.Contains("can run code", Assert.Throws<ModelFolderException>(() => ModelFolder.Open(Path.Combine(fake.FullPath, "sam2.pt"))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]", "no JSON object")]
    [InlineData("{", "not valid JSON")]
    [InlineData("{\"architectures\":[\"LlamaForCausalLM\"]}", "'LlamaForCausalLM'")]
    [InlineData("{\"architectures\":7,\"model_type\":{}}", "names an architecture")]
    public void A_configuration_of_something_else_is_refused(string config, string says)
    {
        using var fake = new FakeModelFolder().With("config.json", config).WithWeights(("w", SafetensorsDtype.F32, [1]));

        Assert.Contains(says, Assert.Throws<ModelFolderException>(() => ModelFolder.Open(fake.FullPath)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_folder_and_the_transformers_port_of_SAM_2_are_refused()
    {
        using var port = new FakeModelFolder().WithWeights(("vision_encoder.backbone.patch_embed.projection.weight", SafetensorsDtype.F32, [1]));

        Assert.Contains("no model folder", Assert.Throws<ModelFolderException>(() => ModelFolder.Open(Path.Combine(port.FullPath, "nowhere"))).Message, StringComparison.Ordinal);
        Assert.Contains("transformers", Assert.Throws<ModelFolderException>(() => ModelFolder.Open(port.FullPath)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_tracker_is_found_under_the_prefix_of_the_family()
    {
        using var fake = new FakeModelFolder().WithSa2vaConfig().WithWeights([.. FakeModelFolder.Tracker(Sa2vaTracker, 144, 48)]);

        using var folder = ModelFolder.Open(fake.FullPath);

        Assert.Equal(Sa2vaTracker, folder.TrackerPrefix);
    }
}
