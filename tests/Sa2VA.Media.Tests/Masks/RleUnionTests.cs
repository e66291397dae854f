using Sa2VA.Media.Masks;

namespace Sa2VA.Media.Tests.Masks;

public sealed class RleUnionTests
{
    [Fact]
    public void A_union_has_the_pixels_of_all_and_the_canonical_string()
    {
        var random = new Random(5);
        for (var round = 0; round < 200; round++)
        {
            var (height, width) = (random.Next(1, 9), random.Next(1, 9));
            var share = random.NextDouble();
            var masks = Enumerable.Range(0, random.Next(1, 5))
                .Select(_ => Enumerable.Range(0, height * width).Select(_ => random.NextDouble() < share ? (byte)1 : (byte)0).ToArray()).ToArray();
            var expected = Enumerable.Range(0, height * width).Select(p => masks.Max(m => m[p])).ToArray();
            Assert.Equal(RleCodec.Encode(expected, height, width), RleUnion.Of([.. masks.Select(m => RleCodec.Encode(m, height, width))]));
        }
    }

    [Fact]
    public void A_stretch_within_another_adds_nothing()
    {
        var whole = new Rle(2, 3, RleCodec.ToCounts([0, 6]));
        Assert.Equal(whole, RleUnion.Of([whole, new Rle(2, 3, RleCodec.ToCounts([2, 1, 3])), RleCodec.Empty(2, 3)]));
    }

    [Fact]
    public void Sizes_must_agree_and_runs_must_fill_them()
    {
        Assert.Contains("3x2", Assert.Throws<ArgumentException>(() => RleUnion.Of([RleCodec.Empty(2, 3), RleCodec.Empty(3, 2)])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => RleUnion.Of([]));
        Assert.Throws<InvalidDataException>(() => RleUnion.Of([RleCodec.Empty(2, 3), new Rle(2, 3, RleCodec.ToCounts([5]))]));
    }

    [Fact]
    public void A_run_that_no_mask_can_have_is_damage()
        => Assert.Throws<InvalidDataException>(() => RleCodec.FromCounts("oooooo2"));
}
