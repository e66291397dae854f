using Sa2VA.Media.Masks;

namespace Sa2VA.Media.Tests.Masks;

public sealed class MaskPartsTests
{
    [Fact]
    public void Parts_of_ten_pixels_have_a_box_and_corners_connect()
    {
        string[] rows =
        [
            "####......",
            "####...##.",
            "##.....##.",
            "..........",
            "##########",
        ];
        Assert.Equal([new PixelBox(0, 0, 4, 3), new PixelBox(0, 4, 10, 1)], Boxes(rows));
        Assert.Equal([new PixelBox(0, 0, 5, 5)], Boxes(["#....", ".#...", "..#..", "...#.", "....#"], least: 5));
        Assert.Empty(Boxes(["...", "..."]));
        Assert.Equal([new PixelBox(0, 0, 5, 2)], Boxes(["#####", "#####"]));
    }

    [Fact]
    public void Random_masks_have_the_boxes_that_joining_neighbours_pair_by_pair_gives()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var (width, height, least) = (random.Next(1, 12), random.Next(1, 12), random.Next(1, 8));
            var mask = new byte[width * height];
            for (var i = 0; i < mask.Length; i++) mask[i] = (byte)(random.Next(3) == 0 ? 1 : 0);

            // The slow way: the smallest number spreads until nothing changes.
            var part = Enumerable.Range(0, mask.Length).ToArray();
            for (var changed = true; changed;)
            {
                changed = false;
                for (var a = 0; a < mask.Length; a++)
                {
                    for (var b = 0; b < mask.Length; b++)
                    {
                        if (mask[a] == 0 || mask[b] == 0 || Math.Abs(a % width - b % width) > 1 || Math.Abs(a / width - b / width) > 1 || part[b] <= part[a]) continue;
                        (part[b], changed) = (part[a], true);
                    }
                }
            }

            var expected = Enumerable.Range(0, mask.Length).Where(place => mask[place] == 1).GroupBy(place => part[place]).Where(group => group.Count() >= least).OrderBy(group => group.Min())
                .Select(group =>
                {
                    var (left, top) = (group.Min(place => place % width), group.Min(place => place / width));
                    return new PixelBox(left, top, group.Max(place => place % width) - left + 1, group.Max(place => place / width) - top + 1);
                });
            Assert.Equal(expected, MaskParts.Boxes(mask, width, height, least));
        }
    }

    private static IReadOnlyList<PixelBox> Boxes(string[] rows, int least = MaskParts.LeastPixels) =>
        MaskParts.Boxes([.. string.Concat(rows).Select(c => (byte)(c == '#' ? 1 : 0))], rows[0].Length, rows.Length, least);
}
