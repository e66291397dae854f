using System.Text.Json;
using Sa2VA.Media.Masks;
using Sa2VA.Tensors;

namespace Sa2VA.Media.Tests.Masks;

public sealed class RleCodecTests
{
    [Fact]
    public void Recorded_masks_encode_to_the_recorded_runs_and_strings_and_decode_back()
    {
        using var golden = Golden.Open("metrics");
        using var expected = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(golden.FullPath, "expected.json")));
        var cases = expected.RootElement.GetProperty("rle").EnumerateArray().ToList();
        Assert.NotEmpty(cases);
        foreach (var item in cases)
        {
            var mask = golden[$"rle.case{item.GetProperty("case").GetInt32()}.mask"];
            var (height, width) = ((int)mask.size(0), (int)mask.size(1));
            var rle = RleCodec.Encode(mask.data<byte>(), height, width);
            var text = item.GetProperty("compressed").GetString()!;

            Assert.Equal(text, rle.Counts);
            Assert.Equal(item.GetProperty("counts").EnumerateArray().Select(c => c.GetInt32()), RleCodec.FromCounts(text));
            Assert.Equal(item.GetProperty("area").GetInt64(), RleCodec.Area(rle));
            Assert.Equal(mask.data<byte>().ToArray(), RleCodec.Decode(rle));
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 40)]
    [InlineData(37, 1)]
    [InlineData(120, 90)]
    public void Random_masks_of_any_density_come_back(int height, int width)
    {
        var random = new Random(height * 1000 + width);
        foreach (var density in (double[])[0, 0.001, 0.1, 0.5, 0.9, 1])
        {
            var mask = new byte[height * width];
            for (var i = 0; i < mask.Length; i++) mask[i] = random.NextDouble() < density ? (byte)1 : (byte)0;
            var rle = RleCodec.Encode(mask, height, width);
            Assert.Equal(mask, RleCodec.Decode(rle));
            Assert.Equal(mask.Sum(m => m), RleCodec.Area(rle));
        }
    }

    [Fact]
    public void An_empty_mask_is_one_run()
        => Assert.Equal(RleCodec.Encode(new byte[6 * 7], 6, 7), RleCodec.Empty(6, 7));

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("d0")]
    [InlineData("dddddddddd0")]
    [InlineData("P")]
    [InlineData(" 12")]
    public void Damaged_strings_are_refused(string counts)
        => Assert.Throws<InvalidDataException>(() => RleCodec.Decode(new Rle(5, 5, counts)));
}
