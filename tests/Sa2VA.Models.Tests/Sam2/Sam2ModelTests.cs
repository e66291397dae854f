using Sa2VA.Models.Sam2;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using Sa2VA.Testing;
using Xunit;

namespace Sa2VA.Models.Tests.Sam2;

public sealed class Sam2ModelTests
{
    public static TheoryData<string, double> PublishedSizes => new()
    {
        { "tiny", 38.9 }, { "small", 46.0 }, { "base_plus", 80.8 }, { "large", 224.4 },
    };

    [Theory]
    [MemberData(nameof(PublishedSizes))]
    public void Presets_have_the_published_number_of_parameters(string size, double millions)
    {
        using var catalogue = new CatalogueStore();
        _ = new Sam2Model(new WeightScope(catalogue), Preset(size, v21: true));
        Assert.Equal(millions, catalogue.ParameterCount / 1e6, tolerance: 0.11);
    }

    [Fact]
    public void SAM_2_has_three_tensors_less_than_2_1()
    {
        using var first = new CatalogueStore();
        using var second = new CatalogueStore();
        _ = new Sam2Model(new WeightScope(first), Preset("large", v21: false));
        _ = new Sam2Model(new WeightScope(second), Preset("large", v21: true));
        var added = second.Specs.Select(spec => spec.Name).Except(first.Specs.Select(spec => spec.Name), StringComparer.Ordinal).Order(StringComparer.Ordinal);
        Assert.Equal(["no_obj_embed_spatial", "obj_ptr_tpos_proj.bias", "obj_ptr_tpos_proj.weight"], added);
    }

    [Fact]
    public void The_checkpoint_decides_between_SAM_2_and_2_1()
    {
        using var old = new CatalogueStore(name => !name.StartsWith("obj_ptr_tpos_proj", StringComparison.Ordinal) && name != "no_obj_embed_spatial");
        var model = new Sam2Model(new WeightScope(old), Preset("tiny", v21: true));
        Assert.False(model.Config.ProjTposEncInObjPtrs);
        Assert.False(model.Config.NoObjEmbedSpatial);

        using var late = new CatalogueStore(_ => true);
        model = new Sam2Model(new WeightScope(late), Preset("tiny", v21: false));
        Assert.True(model.Config is { ProjTposEncInObjPtrs: true, AddTposEncToObjPtrs: true, UseSignedTposEncToObjPtrs: true, NoObjEmbedSpatial: true });
    }

    [Fact]
    public void A_trunk_is_recognised_by_its_width_and_depth()
    {
        Assert.Same(HieraConfig.Tiny, Sam2Config.TrunkOf(96, 12));
        Assert.Same(HieraConfig.Small, Sam2Config.TrunkOf(96, 16));
        Assert.Same(HieraConfig.BasePlus, Sam2Config.TrunkOf(112, 24));
        Assert.Same(HieraConfig.Large, Sam2Config.TrunkOf(144, 48));
        Assert.Null(Sam2Config.TrunkOf(100, 12));
    }

    [Theory]
    [InlineData(true, 0, true)]
    [InlineData(true, 1, true)]
    [InlineData(true, 2, false)]
    [InlineData(false, 0, true)]
    [InlineData(false, 3, false)]
    public void Up_to_one_point_is_ambiguous(bool initial, int points, bool expected)
    {
        using var catalogue = new CatalogueStore();
        Assert.Equal(expected, new Sam2Model(new WeightScope(catalogue), Preset("tiny", v21: true)).UsesMultimask(initial, points));
    }

    [Fact]
    public void A_frame_of_another_size_is_refused_with_both_sizes()
    {
        using var scope = torch.NewDisposeScope();
        using var tiny = new TinySam2();
        var error = Assert.Throws<ArgumentException>(() => tiny.Model.EncodeImage(torch.zeros([1, 3, 96, 128])));
        Assert.Contains("128, 128", error.Message, StringComparison.Ordinal);
        Assert.Contains("96, 128", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_absent_objects_mask_is_blank_unless_the_configuration_or_the_caller_says_otherwise()
    {
        using var scope = torch.NewDisposeScope();
        using var tiny = new TinySam2();
        var embedding = TinySam2.Random(1, 8, tiny.Config.HiddenDim, tiny.Config.EmbeddingSize, tiny.Config.EmbeddingSize) * 3;
        var blanked = tiny.Model.ForwardSamHeads(embedding, tiny.HighRes(2), null, null, null, multimask: true);
        var left = tiny.Model.ForwardSamHeads(embedding, tiny.HighRes(2), null, null, null, multimask: true, blankAbsent: false);
        var scores = blanked.ObjectScoreLogits.ToArray<float>();
        for (var i = 0; i < scores.Length; i++)
        {
            var blank = blanked.LowResMasks[i].eq(SamHeads.AbsentLogit).all().item<bool>();
            Assert.Equal(scores[i] <= 0, blank);
            Assert.False(left.LowResMasks[i].eq(SamHeads.AbsentLogit).any().item<bool>());
        }
    }

    [Fact]
    public void A_training_step_reaches_the_parameters_through_every_network()
    {
        using var scope = torch.NewDisposeScope();
        using var tiny = new TinySam2();
        using var grad = torch.enable_grad();
        var image = TinySam2.Random(1, 1, 3, tiny.Config.ImageSize, tiny.Config.ImageSize).requires_grad_();
        var levels = tiny.Model.image_encoder.forward(image);
        var fine = tiny.Model.sam_mask_decoder.Project(levels[0], levels[1]);
        var output = tiny.Model.ForwardSamHeads(levels[2], fine, null, null, null, multimask: true, blankAbsent: false);
        var memory = tiny.Model.EncodeMemory(levels[2], output.HighResMasks, output.ObjectScoreLogits, isMaskFromPoints: false);
        memory.sum().backward();
        Assert.True(image.grad!.abs().sum().item<float>() > 0);
    }

    private static Sam2Config Preset(string size, bool v21) => size switch
    {
        "tiny" => Sam2Config.HieraTiny(v21),
        "small" => Sam2Config.HieraSmall(v21),
        "base_plus" => Sam2Config.HieraBasePlus(v21),
        _ => Sam2Config.HieraLarge(v21),
    };
}
