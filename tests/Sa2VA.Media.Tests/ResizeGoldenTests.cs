using System.Diagnostics;
using System.Text.Json;

namespace Sa2VA.Media.Tests;

public sealed class ResizeGoldenTests
{
    public static TheoryData<string> Folders => new(Golden.Folders("preprocess"));

    [Theory]
    [MemberData(nameof(Folders))]
    public void Resizing_gives_Pillows_bytes(string folder)
    {
        using var golden = Golden.Open(folder);
        var cases = golden.Config.GetProperty("resize").EnumerateArray().ToArray();
        Assert.NotEmpty(cases);
        foreach (var one in cases)
        {
            var prefix = $"resize.case{one.GetProperty("case").GetInt32()}";
            var (height, width) = Pair(one.GetProperty("input_hw"));
            var (toWidth, toHeight) = Pair(one.GetProperty("output_wh"));
            using var image = new RgbImage(width, height, golden[prefix + ".input"].bytes);
            using var resized = image.ResizeBicubic(toWidth, toHeight);

            // Large outputs are recorded in part: "output_bicubic_rows0to127", both rows included.
            var outputs = golden.Names.Where(n => n.StartsWith(prefix + ".output_bicubic", StringComparison.Ordinal)).ToArray();
            Assert.NotEmpty(outputs);
            foreach (var name in outputs)
            {
                var rows = name.IndexOf("_rows", StringComparison.Ordinal) is var at && at < 0
                    ? (First: 0, Last: toHeight - 1) : Range(name[(at + 5)..]);
                var actual = resized.Pixels[(rows.First * toWidth * 3)..((rows.Last + 1) * toWidth * 3)];
                Assert.True(actual.SequenceEqual(golden[name].bytes), $"{folder}: {name} differs.");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Tile_grids_are_the_official_ones(string folder)
    {
        using var golden = Golden.Open(folder);
        foreach (var one in golden.Config.GetProperty("tile_grids").EnumerateArray())
        {
            var grid = InternVlTiling.ChooseGrid(one.GetProperty("width").GetInt32(), one.GetProperty("height").GetInt32(), one.GetProperty("max_tiles").GetInt32());
            Assert.Equal(Pair(one.GetProperty("grid_columns_rows")), grid);
            var tiles = grid.Columns * grid.Rows;
            Assert.Equal(one.GetProperty("tiles_including_thumbnail").GetInt32(), tiles + (tiles > 1 ? 1 : 0));
        }
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Tiles_come_row_by_row_and_the_thumbnail_last(string folder)
    {
        using var golden = Golden.Open(folder);
        var example = golden.Config.GetProperty("tiles_example");
        var size = example.GetProperty("tile_size").GetInt32();
        var input = golden["tiles.input"];
        using var image = new RgbImage((int)input.shape[1], (int)input.shape[0], input.bytes);
        var tiles = InternVlTiling.Split(image, example.GetProperty("max_tiles").GetInt32(), size);
        var expected = golden["tiles.output"];
        Assert.Equal(expected.shape[0], tiles.Count);
        for (var i = 0; i < tiles.Count; i++)
        {
            Assert.True(tiles[i].Pixels.SequenceEqual(expected.bytes.Slice(i * size * size * 3, size * size * 3)), $"Tile {i} differs.");
            tiles[i].Dispose();
        }
    }

    [Fact]
    public void A_side_that_keeps_its_length_is_not_resampled()
    {
        using var image = Noise(64, 48);
        using var same = image.ResizeBicubic(64, 48);
        using var tall = image.ResizeBicubic(64, 96);
        using var wide = image.ResizeBicubic(128, 48);
        Assert.True(same.Pixels.SequenceEqual(image.Pixels));
        // Columns (rows) of constant colour stay what they are along the other side.
        Assert.Equal((64, 96), (tall.Width, tall.Height));
        Assert.Equal((128, 48), (wide.Width, wide.Height));
    }

    [Theory]
    [InlineData(1920, 1080, 1024, 1024)]
    [InlineData(641, 359, 1024, 1024)]
    [InlineData(3, 2, 448, 448)]
    [InlineData(1023, 1025, 7, 5)]
    public void Vectors_and_the_plain_sum_agree(int width, int height, int toWidth, int toHeight)
    {
        using var image = Noise(width, height);
        var watch = Stopwatch.StartNew();
        using var fast = image.ResizeBicubic(toWidth, toHeight);
        TestContext.Current.TestOutputHelper?.WriteLine($"{width}x{height} to {toWidth}x{toHeight}: {watch.Elapsed.TotalMilliseconds:0.0} ms");
        var plain = PlainResize.Bicubic(image.Pixels.ToArray(), width, height, toWidth, toHeight);
        Assert.True(fast.Pixels.SequenceEqual(plain));
    }

    internal static RgbImage Noise(int width, int height)
    {
        var image = new RgbImage(width, height);
        new Random(width * 31 + height).NextBytes(image.Pixels);
        return image;
    }

    private static (int, int) Pair(JsonElement pair) => (pair[0].GetInt32(), pair[1].GetInt32());

    private static (int First, int Last) Range(string text)
    {
        var ends = text.Split("to");
        return (int.Parse(ends[0]), int.Parse(ends[1]));
    }
}
