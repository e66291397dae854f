using System.Text.Json;
using Sa2VA.Models.Checkpoints;
using Sa2VA.Tensors.Safetensors;

namespace Sa2VA.Models.Tests.Checkpoints;

public sealed class ModelInspectorTests
{
    private const string Prefix = "grounding_encoder.sam2_model.";

    [Theory]
    [InlineData(96, 12, "Hiera-T")]
    [InlineData(96, 16, "Hiera-S")]
    [InlineData(112, 24, "Hiera-B+")]
    [InlineData(144, 48, "Hiera-L")]
    [InlineData(48, 5, null)]
    public void The_size_of_the_tracker_is_told_by_its_tensors(long embedDim, int blocks, string? size)
    {
        using var fake = new FakeModelFolder().WithWeights([.. FakeModelFolder.Tracker("", embedDim, blocks)]);

        var tracker = ModelInspector.Inspect(fake.FullPath).Tracker!;

        Assert.Equal((size, "2.0", embedDim, blocks), (tracker.Size, tracker.Version, tracker.EmbedDim, tracker.Blocks));
        Assert.Equal((64, 256, 7, 4), (tracker.MemoryWidth, tracker.HiddenWidth, tracker.MemorySlots, tracker.AttentionLayers));
    }

    [Theory]
    [InlineData("no_obj_embed_spatial")]
    [InlineData("obj_ptr_tpos_proj.weight")]
    public void What_2_1_added_tells_it_from_2_0(string added)
    {
        using var fake = new FakeModelFolder().WithWeights([.. FakeModelFolder.Tracker("", 96, 12), (added, SafetensorsDtype.F32, [1, 64])]);

        Assert.Equal("2.1", ModelInspector.Inspect(fake.FullPath).Tracker!.Version);
    }

    [Fact]
    public void A_second_mask_decoder_makes_it_Sa2VA_i()
    {
        using var plain = new FakeModelFolder().WithSa2vaConfig().WithWeights([.. FakeModelFolder.Tracker(Prefix, 144, 48)]);
        using var improved = new FakeModelFolder().WithSa2vaConfig().WithWeights(
            [.. FakeModelFolder.Tracker(Prefix, 144, 48), (Prefix + "sam_mask_decoder_modified.iou_token.weight", SafetensorsDtype.F32, [1, 256])]);

        Assert.Equal("sa2va", ModelInspector.Inspect(plain.FullPath).Protocol);
        var report = ModelInspector.Inspect(improved.FullPath);
        Assert.Equal("sa2va-i", report.Protocol);
        Assert.Equal("Sa2VA-i over InternVL with Qwen2ForCausalLM, SAM 2.0 Hiera-L at 1024", report.Title);
    }

    [Fact]
    public void Parts_are_weighed_with_their_element_types()
    {
        using var fake = new FakeModelFolder().WithSa2vaConfig().WithWeights(
        [
            .. FakeModelFolder.Tracker(Prefix, 96, 12),
            ("vision_model.embeddings.class_embedding", SafetensorsDtype.BF16, [1, 1, 10]),
            ("language_model.model.embed_tokens.weight", SafetensorsDtype.BF16, [20, 10]),
            ("language_model.lm_head.weight", SafetensorsDtype.F32, [20, 10]),
            ("unknown.weight", SafetensorsDtype.F16, [3]),
        ]);

        var report = ModelInspector.Inspect(fake.FullPath);

        var language = Assert.Single(report.Parts, part => part.Name == "language model");
        Assert.Equal((2, 400, 1200), (language.Tensors, language.Parameters, language.Bytes));
        Assert.Equal("BF16: 200, F32: 200", string.Join(", ", language.Dtypes.Select(dtype => $"{dtype.Key}: {dtype.Value}")));
        Assert.Equal(10, Assert.Single(report.Parts, part => part.Name == "vision tower").Parameters);
        Assert.Equal(3, Assert.Single(report.Parts, part => part.Name == "other").Parameters);
        Assert.Equal(report.Parameters, report.Parts.Sum(part => part.Parameters));
    }

    [Fact]
    public void Matrices_that_can_stay_mapped_are_not_counted_as_copies()
    {
        using var fake = new FakeModelFolder().WithWeights(
            ("image_encoder.trunk.patch_embed.proj.weight", SafetensorsDtype.F32, [96, 3, 7, 7]),
            ("m.matrix", SafetensorsDtype.BF16, [100, 10]), ("m.vector", SafetensorsDtype.BF16, [100]), ("m.half", SafetensorsDtype.F16, [100, 10]));

        var memory = ModelInspector.Inspect(fake.FullPath).Memory;

        Assert.Equal((96 * 3 * 49 * 4) + 2000, memory.MappedWeights);
        Assert.Equal(400 + 4000, memory.ConvertedWeights);
    }

    [Fact]
    public void The_estimate_of_a_full_size_tracker_follows_from_its_shape()
    {
        using var fake = new FakeModelFolder().WithSa2vaConfig().WithWeights([.. FakeModelFolder.Tracker(Prefix, 144, 48)]);

        var memory = ModelInspector.Inspect(fake.FullPath).Memory;

        Assert.InRange(memory.ImageEncoder, 300_000_000, 400_000_000);
        Assert.InRange(memory.PerObject, 150_000_000, 200_000_000);
        Assert.InRange(memory.KeyFrames, 40_000_000, 400_000_000);
        Assert.True(memory.Total > memory.MappedWeights + memory.PerObject);
    }

    [Fact]
    public void A_folder_that_lacks_things_says_which()
    {
        using var fake = new FakeModelFolder().WithSa2vaConfig("LlamaForCausalLM").WithWeights(("w", SafetensorsDtype.F32, [1]));

        var problems = ModelInspector.Inspect(fake.FullPath).Problems;

        Assert.Equal(3, problems.Length);
        Assert.Contains("LlamaForCausalLM", problems[0], StringComparison.Ordinal);
        Assert.Contains("tracker", problems[1], StringComparison.Ordinal);
        Assert.Contains("tokenizer", problems[2], StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_is_readable_by_people_and_by_programs()
    {
        using var fake = new FakeModelFolder().WithSa2vaConfig().WithWeights([.. FakeModelFolder.Tracker(Prefix, 144, 48)]);
        var report = ModelInspector.Inspect(fake.FullPath);

        var text = report.ToText();
        using var json = JsonDocument.Parse(report.ToJson());

        Assert.Contains("image encoder", text, StringComparison.Ordinal);
        Assert.Contains("Problem: The tokenizer", text, StringComparison.Ordinal);
        Assert.Equal("sa2va-intern-vl", json.RootElement.GetProperty("kind").GetString());
        Assert.Equal("Hiera-L", json.RootElement.GetProperty("tracker").GetProperty("size").GetString());
        Assert.Equal(report.Memory.Total, json.RootElement.GetProperty("memory").GetProperty("total").GetInt64());
        Assert.Equal("model.safetensors", json.RootElement.GetProperty("files")[0].GetProperty("name").GetString());
    }
}
