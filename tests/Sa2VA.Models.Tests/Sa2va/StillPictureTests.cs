using Sa2VA.Models.Checkpoints;
using Sa2VA.Models.Sa2va;
using Sa2VA.Tensors;
using Sa2VA.Testing;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Tests.Sa2va;

/// <summary>Tiles and regions, against the official string and features put together row by row.</summary>
public sealed class StillPictureTests : IDisposable
{
    private const string End = "<|im_end|>\n<|im_start|>assistant\n";
    private static readonly AskOptions Short = new() { MaxNewTokens = 4 };
    private readonly TemporaryFolder _folder = new();

    private string Model => _folder.File("model");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("tiny", 1, 0)]
    [InlineData("tiny", 5, 0)]
    [InlineData("tiny", 1, 1)]
    [InlineData("tiny", 3, 3)]
    [InlineData("tiny-internlm2", 3, 2)]
    public void The_answer_is_that_of_the_official_string_over_tokens_put_together_row_by_row(string preset, int tiles, int regions)
    {
        ModelInitializer.Write(ModelPreset.Named(preset), Model, new InitOptions { Seed = 3 });
        using var model = Sa2vaModel.Load(Model, Device.CPU);
        using var slow = new SlowReading(Model);
        using var scope = NewDisposeScope();
        var (config, random) = (model.Config, new Random(tiles + regions));
        var pictures = Enumerable.Range(0, tiles).Select(_ => Noise(random, config.VisionImageSize)).ToList();
        var cells = Enumerable.Range(0, regions).Select(_ => (IReadOnlyList<int>)[.. Enumerable.Range(0, config.TokensPerFrame).Where(_ => random.Next(3) == 0).DefaultIfEmpty(2)]).ToList();

        // The official code's way, in its own words.
        var context = (int count) => string.Concat(Enumerable.Repeat("<IMG_CONTEXT>", count));
        var image = $"<img>{context(tiles * config.TokensPerFrame)}</img>";
        if (regions > 0)
        {
            image += $"\nThere are {regions} part regions in the picture: ";
            for (var i = 0; i < regions; i++)
                image += $"region{i + 1}<vp>{context(cells[i].Count)}</vp>" + (i == regions - 1 ? ".\n" : ", ");
        }

        var features = slow.Look(pictures);
        var rows = Enumerable.Range(0, (int)features.size(0)).Select(row => features.narrow(0, row, 1)).ToList();
        var last = rows.Skip((tiles - 1) * config.TokensPerFrame).ToList();
        foreach (var region in cells) rows.AddRange(region.Select(cell => last[cell]));
        var everything = cat([.. rows]);

        var input = new VisionInput(pictures) { IsStill = true, Regions = cells };
        using var prefix = model.Encode([input], framesAtOnce: 2)[0];
        Assert.True(prefix.IsStill);
        foreach (var (question, spoken) in (ReadOnlySpan<(string, string)>)[("the red cup", "\n Please segment the red cup in this image."), ("What is region1?", "\n What is region1? Please respond with a segmentation mask.")])
        {
            var answer = model.Ask(prefix, question, Short, Stop);
            var (tokens, prompts) = slow.Answer($"<|im_start|>user\n{image}{spoken}{End}", "<IMG_CONTEXT>", everything, Short.MaxNewTokens);
            Assert.Equal(tokens, answer.TokenIds);
            Assert.Equal(prompts.Length, answer.SegEmbeddings.Length);
            var scale = prompts[0].Max(Math.Abs);
            Assert.All(prompts[0].Zip(answer.SegEmbeddings[0]), pair => Assert.Equal(pair.First, pair.Second, 1e-4f * scale));
        }

        // A conversation says what was written.
        using var conversation = model.Converse(model.Encode([input], framesAtOnce: 1)[0]);
        using var pending = model.Say(conversation, "Describe region1.", Short);
        while (pending.Answer is null) model.Step([pending]);
        Assert.Equal(slow.Answer($"<|im_start|>user\n{image}\nDescribe region1.{End}", "<IMG_CONTEXT>", everything, Short.MaxNewTokens).Tokens, pending.Answer.TokenIds);
    }

    [Fact]
    public void Regions_are_the_cells_that_nearest_neighbour_resizing_leaves()
    {
        var random = new Random(4);
        using var scope = NewDisposeScope();
        for (var round = 0; round < 60; round++)
        {
            var (width, height, side) = (random.Next(1, 90), random.Next(1, 90), random.Next(1, 17));
            var mask = new byte[width * height];
            for (var i = 0; i < mask.Length; i++) mask[i] = (byte)(random.Next(3) == 0 ? 1 : 0);
            if (!mask.AsSpan().Contains((byte)1)) continue;
            var expected = new List<int>();
            for (var row = 0; row < side; row++)
            {
                for (var column = 0; column < side; column++)
                {
                    // floor of place * scale in float32, as torch's nearest has it.
                    var (y, x) = ((int)(row * ((float)height / side)), (int)(column * ((float)width / side)));
                    if (mask[Math.Min(y, height - 1) * width + Math.Min(x, width - 1)] == 1) expected.Add(row * side + column);
                }
            }

            var cells = RegionCells.Of(mask, width, height, side);
            if (expected.Count > 0) Assert.Equal(expected, cells);
            else Assert.Single(cells);
        }
    }

    [Fact]
    public void A_region_without_a_cell_has_the_one_of_its_centre_and_an_empty_one_is_refused()
    {
        var mask = new byte[160 * 80];
        mask[77 * 160 + 155] = 1;
        Assert.Equal([15 * 16 + 15], RegionCells.Of(mask, 160, 80, 16));
        mask[77 * 160 + 155] = 0;
        foreach (var (x, y) in (ReadOnlySpan<(int, int)>)[(41, 21), (43, 21), (42, 22)]) mask[y * 160 + x] = 1;
        Assert.Equal([4 * 16 + 4], RegionCells.Of(mask, 160, 80, 16));
        Assert.Contains("empty", Assert.Throws<ArgumentException>(() => RegionCells.Of(new byte[100], 10, 10, 16)).Message, StringComparison.Ordinal);
        Assert.Contains("10x10", Assert.Throws<ArgumentException>(() => RegionCells.Of(new byte[99], 10, 10, 16)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Regions_are_refused_where_the_model_has_no_use_for_them()
    {
        using var tiny = new TinySa2va();
        var frames = tiny.Frames(1);
        Assert.Contains("still picture", Assert.Throws<ArgumentException>(() => tiny.Model.Encode([new VisionInput(frames) { Regions = [[0]] }], 1)).Message, StringComparison.Ordinal);
        Assert.Contains("cells", Assert.Throws<ArgumentException>(() => tiny.Model.Encode([new VisionInput(frames) { IsStill = true, Regions = [[]] }], 1)).Message, StringComparison.Ordinal);
        Assert.Contains("cells", Assert.Throws<ArgumentException>(() => tiny.Model.Encode([new VisionInput(frames) { IsStill = true, Regions = [[99_999]] }], 1)).Message, StringComparison.Ordinal);

        ModelInitializer.Write(ModelPreset.Named("tiny-qwen2.5vl"), Model, new InitOptions { Seed = 3 });
        using var qwen = Sa2vaModel.Load(Model, Device.CPU);
        var (width, height) = qwen.Config.FrameSizes(64, 64)[^1];
        var picture = new VisionInput([new RgbPixels(width, height, new byte[width * height * 3])]) { IsStill = true };
        using var prefix = qwen.Encode([picture], 1)[0];
        Assert.Equal("[SEG]", qwen.Ask(prefix, "the cup", Short, Stop).Text);
        Assert.Contains("Qwen-VL", Assert.Throws<ArgumentException>(() => qwen.Encode([picture with { Regions = [[0]] }], 1)).Message, StringComparison.Ordinal);
    }

    private static RgbPixels Noise(Random random, int side)
    {
        var pixels = new byte[side * side * 3];
        random.NextBytes(pixels);
        return new RgbPixels(side, side, pixels);
    }
}
