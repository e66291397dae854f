using Sa2VA.Models.InternViT;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Weights;
using Sa2VA.Testing;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Tests.InternViT;

/// <summary>The vision tower, the regrouping and the projector against recorded states.</summary>
public sealed class InternVisionGoldenTests
{
    // float32 against float64 differs by 4e-6 in the recording itself.
    private const double Tolerance = 3e-5;

    public static TheoryData<string> Folders => [.. Golden.Folders("intern_vit")];

    [Theory]
    [MemberData(nameof(Folders))]
    public void Every_state_is_the_recorded_one(string folder)
    {
        using var golden = Golden.Open(folder);
        using var scope = NewDisposeScope();
        var vision = InternVisionConfig.FromJson(new ConfigSection("vision_config", golden.Config.GetProperty("vision_config")));
        using var store = CheckpointStore.Open(golden.WeightsPath);
        var root = new WeightScope(store);
        var model = new InternVisionModel(root["vision_model"], vision);
        var side = (int)Math.Round(1 / golden.Config.GetProperty("downsample_ratio").GetDouble());
        var projector = new VisionProjector(root["mlp1"], (long)vision.HiddenSize * side * side, golden.Config.GetProperty("llm_hidden_size").GetInt64());
        store.ThrowIfSurplus();

        var compared = 0;
        foreach (var name in golden.Names.Where(name => !name.EndsWith(".pixel_values", StringComparison.Ordinal)))
        {
            using var inner = NewDisposeScope();
            var dot = name.IndexOf('.', StringComparison.Ordinal);
            var (input, what) = (golden[name[..dot] + ".pixel_values"], name[(dot + 1)..]);
            var select = what switch
            {
                _ when what.StartsWith("hidden_state", StringComparison.Ordinal) => int.Parse(what["hidden_state".Length..]) - vision.Layers - 1,
                _ when what.Contains("_select_layer_", StringComparison.Ordinal) => int.Parse(what[(what.LastIndexOf('_') + 1)..]),
                _ => -1,
            };
            var state = model.forward(input, select);
            if (what.StartsWith("pixel_shuffle", StringComparison.Ordinal) || what.StartsWith("mlp1", StringComparison.Ordinal))
            {
                var grid = (long)Math.Sqrt(state.size(1) - 1);
                var patches = state.narrow(1, 1, grid * grid).reshape(state.size(0), grid, grid, -1);
                state = PixelShuffle.Apply(patches, side, transposed: what.Contains("_v1", StringComparison.Ordinal));
                if (what.StartsWith("mlp1", StringComparison.Ordinal))
                    state = projector.forward(state.flatten(1, 2));
            }

            golden.AssertClose(name, state, Tolerance);
            compared++;
        }

        Assert.True(compared >= 3, $"{folder} has only {compared} recorded results");
    }
}
