using Sa2VA.Models.Sam2;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using Sa2VA.Testing;
using Xunit;

namespace Sa2VA.Models.Tests.Sam2;

/// <summary>Trunk and pyramid against activations of the official code.</summary>
public sealed class ImageEncoderGoldenTests
{
    // float32 against float64 differs by 5e-6 in the recordings.
    private const double Tolerance = 2e-5;

    public static TheoryData<string> Trunks => GoldenSam2.Cases("hiera");

    public static TheoryData<string> Encoders => GoldenSam2.Cases("image_encoder");

    [Theory]
    [MemberData(nameof(Trunks))]
    public void Every_block_of_the_trunk_matches(string folder)
    {
        using var scope = torch.NewDisposeScope();
        using var golden = Golden.Open(folder);
        using var store = golden.OpenWeights();
        var trunk = new Hiera(new WeightScope(store, "image_encoder.trunk"), Sam2Config.FromJson(golden.Config).Trunk);
        store.ThrowIfSurplus();

        var cases = golden.Prefixes(".image");
        Assert.NotEmpty(cases);
        foreach (var name in cases)
        {
            var stages = trunk.forward(golden[$"{name}.image"], (what, tensor) => Compare(golden, $"{name}.{what}", tensor));
            for (var i = 0; i < stages.Length; i++)
                golden.AssertClose($"{name}.stage{i}", stages[i], Tolerance);
        }
    }

    [Theory]
    [MemberData(nameof(Encoders))]
    public void The_pyramid_and_its_projections_match(string folder)
    {
        using var scope = torch.NewDisposeScope();
        using var golden = Golden.Open(folder);
        using var store = golden.OpenWeights();
        var root = new WeightScope(store);
        var config = Sam2Config.FromJson(golden.Config);
        var encoder = new ImageEncoder(root["image_encoder"], config);

        var levels = encoder.forward(golden["image"]);
        for (var i = 0; i < levels.Length; i++)
        {
            golden.AssertClose($"backbone_fpn{i}", levels[i], Tolerance);
            var positions = encoder.neck.position_encoding.Map(levels[i].size(2), levels[i].size(3));
            golden.AssertClose($"vision_pos_enc{i}", positions.expand(levels[i].size(0), -1, -1, -1), Tolerance);
        }

        var decoder = root["sam_mask_decoder"];
        foreach (var level in golden.Prefixes("_conv_s0").Concat(golden.Prefixes("_conv_s1")))
        {
            var i = level[^1] - '0';
            var conv = new PointwiseConv(decoder[$"conv_s{i}"], config.HiddenDim, i == 0 ? config.HiddenDim / 8 : config.HiddenDim / 4);
            golden.AssertClose($"{level}_conv_s{i}", conv.forward(levels[i].permute(0, 2, 3, 1)).permute(0, 3, 1, 2), Tolerance);
        }

        store.ThrowIfSurplus();
    }

    // What was recorded of an intermediate may be its first rows only.
    private static void Compare(GoldenFolder golden, string name, Tensor actual)
    {
        if (!golden.Has(name))
            return;
        var expected = golden[name];
        golden.AssertClose(name, expected, actual.narrow(1, 0, expected.size(1)), Tolerance);
    }
}
