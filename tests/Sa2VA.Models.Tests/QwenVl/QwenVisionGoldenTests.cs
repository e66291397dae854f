using Sa2VA.Models.QwenVl;
using Sa2VA.Models.Sa2va;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using Sa2VA.Testing;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Tests.QwenVl;

/// <summary>The vision towers of Qwen2.5-VL and Qwen3-VL, patches, windows, blocks, deepstack and tokens, against recorded values.</summary>
public sealed class QwenVisionGoldenTests
{
    private const double Tolerance = 3e-5;

    public static TheoryData<string, string> Cases => QwenVlRecordings.With("vision.output");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Tokens_and_what_leads_to_them_are_the_recorded_ones(string folder, string name)
    {
        using var golden = Golden.Open(folder);
        using var scope = NewDisposeScope();
        using var store = CheckpointStore.Open(golden.WeightsPath);
        var config = QwenVisionConfig.FromJson(new ConfigSection("config", golden.Config.GetProperty("vision_config")));
        var tower = new QwenVisionModel(new WeightScope(store)["model"]["visual"], config);

        var seen = new Dictionary<int, List<Tensor>>();
        var (tokens, deep, rows) = (new List<Tensor>(), new List<IReadOnlyList<Tensor>>(), new List<Tensor>());
        var lengths = new List<long> { 0 };
        foreach (var pixels in Pictures(golden, name))
        {
            var (cut, grid) = ImagePatches.Cut(pixels, config);
            rows.Add(cut);
            var features = tower.forward(cut, grid, (block, state) =>
            {
                if (!seen.TryGetValue(block, out var states))
                    seen.Add(block, states = []);
                states.Add(state.clone().DetachFromDisposeScope());
            });
            tokens.Add(features.Tokens);
            deep.Add(features.Deep);
            if (config.IsQwen3)
                continue;
            var windows = WindowOrder.Of(grid, config);
            foreach (var length in windows.Lengths)
                lengths.Add(lengths[^1] + length * config.GroupSize);
        }

        golden.AssertClose($"{name}.vision.output", cat([.. tokens]), Tolerance);
        for (var j = 0; j < config.DeepstackBlocks.Length; j++)
            golden.AssertClose($"{name}.vision.deepstack{j}", cat([.. deep.Select(layers => layers[j])]), Tolerance);
        foreach (var (block, states) in seen.Where(pair => pair.Key >= 0))
        {
            var recorded = $"{name}.vision.block{block}{(config.IsQwen3 ? "" : "_window_order")}";
            if (golden.Has(recorded))
                golden.AssertClose(recorded, cat([.. states]), Tolerance);
        }

        if (golden.Has($"{name}.pixel_values"))
            golden.AssertClose($"{name}.pixel_values", cat([.. rows]), 0);
        if (!config.IsQwen3)
            Assert.Equal(golden[$"{name}.vision.cu_window_seqlens"].to(int64).ToArray<long>(), lengths);
        seen.Values.SelectMany(states => states).ToList().ForEach(state => state.Dispose());
    }

    [Fact]
    public void Windows_are_the_recorded_ones()
    {
        using var golden = Golden.Open("qwen2_5_vl");
        var config = QwenVisionConfig.FromJson(new ConfigSection("config", golden.Config.GetProperty("vision_config")));
        var grids = golden["images.grid_thw"].ToArray<long>();
        var order = new List<long>();
        for (var i = 0; i < grids.Length; i += 3)
        {
            var before = order.Count;
            var windows = WindowOrder.Of(new PatchGrid((int)grids[i], (int)grids[i + 1], (int)grids[i + 2]), config);
            order.AddRange(windows.Order.Select(group => group + before));
            Assert.Equal(Enumerable.Range(0, windows.Order.Length), windows.Inverse().Select(place => (int)windows.Order[place]));
        }

        Assert.Equal(golden["images.vision.window_index"].to(int64).ToArray<long>(), order);
    }

    // By hand from the official function, Python's rounding of halves included.
    [Theory]
    [InlineData(1920, 1080, 28, 401_408, 1_605_632, 1680, 924)]
    [InlineData(640, 360, 28, 401_408, 1_605_632, 868, 476)]
    [InlineData(770, 770, 28, 401_408, 1_605_632, 784, 784)]
    [InlineData(798, 798, 28, 401_408, 1_605_632, 784, 784)]
    [InlineData(1024, 1024, 32, 401_408, 1_605_632, 1024, 1024)]
    [InlineData(10, 1000, 28, 401_408, 1_605_632, 84, 6356)]
    [InlineData(4, 300, 28, 1, 1_605_632, 28, 308)]
    public void A_size_is_rounded_and_brought_within_the_limits(int width, int height, int factor, long least, long most, int newWidth, int newHeight) =>
        Assert.Equal((newWidth, newHeight), SmartResize.Of(width, height, factor, least, most));

    [Fact]
    public void What_is_too_long_is_refused() => Assert.Contains("200 times", Assert.Throws<ArgumentException>(() => SmartResize.Of(10, 2001, 28, 1, 1000)).Message, StringComparison.Ordinal);

    private static IEnumerable<Tensor> Pictures(GoldenFolder golden, string name)
    {
        if (golden.Has($"{name}.raw_frames"))
            return [golden[$"{name}.raw_frames"]];
        return Enumerable.Range(0, 8).Where(i => golden.Has($"{name}.raw_image{i}")).Select(i => golden[$"{name}.raw_image{i}"].unsqueeze(0));
    }
}
