using Sa2VA.Media.Masks;

namespace Sa2VA.Media.Tests.Masks;

public sealed class RleGeometryTests
{
    [Fact]
    public void A_box_is_the_smallest_around_all_set_pixels()
    {
        var random = new Random(3);
        for (var round = 0; round < 300; round++)
        {
            var (height, width) = (random.Next(1, 12), random.Next(1, 12));
            var mask = new byte[height * width];
            for (var i = 0; i < mask.Length; i++) mask[i] = (byte)(random.NextDouble() < round / 300.0 ? 1 : 0);
            var set = Enumerable.Range(0, mask.Length).Where(i => mask[i] == 1).ToList();
            PixelBox? expected = null;
            if (set.Count > 0)
            {
                var (left, top) = (set.Min(i => i % width), set.Min(i => i / width));
                expected = new PixelBox(left, top, set.Max(i => i % width) - left + 1, set.Max(i => i / width) - top + 1);
            }

            Assert.Equal(expected, RleGeometry.Box(RleCodec.Encode(mask, height, width)));
        }
    }

    [Fact]
    public void Runs_that_are_too_long_are_an_error()
        => Assert.Throws<InvalidDataException>(() => RleGeometry.Box(new Rle(2, 2, RleCodec.ToCounts([0, 9]))));
}
