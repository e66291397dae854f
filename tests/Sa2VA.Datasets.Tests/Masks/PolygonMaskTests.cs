using System.Text.Json;
using Sa2VA.Media.Masks;

namespace Sa2VA.Datasets.Tests.Masks;

public sealed class PolygonMaskTests
{
    [Fact]
    public void A_rectangle_by_hand()
    {
        // Corners lie on the borders between pixels, so the pixels from 1 to 4 across and 1 to 3 down are inside.
        var mask = PolygonMask.Draw([1, 1, 5, 1, 5, 4, 1, 4], height: 6, width: 7);
        Assert.Equal(DatasetFolder.Mask(".......", ".####..", ".####..", ".####..", ".......", "......."), mask);
        Assert.Equal(mask, PolygonMask.DrawBox(1, 1, 4, 3, height: 6, width: 7));
        Assert.Equal(mask, PolygonMask.Draw([1, 4, 5, 4, 5, 1, 1, 1], height: 6, width: 7));
    }

    [Fact]
    public void A_triangle_by_hand()
    {
        // The slanted edge passes the middle of column x at y = x + 0.5.
        var mask = PolygonMask.Draw([0, 0, 4, 4, 0, 4], height: 5, width: 5);
        Assert.Equal(DatasetFolder.Mask("#....", "##...", "###..", "####.", "....."), mask);
    }

    [Fact]
    public void What_leaves_the_picture_is_cut_and_what_misses_it_is_empty()
    {
        Assert.Equal(DatasetFolder.Mask("##..", "##..", "...."), PolygonMask.Draw([-3, -3, 2, -3, 2, 2, -3, 2], height: 3, width: 4));
        Assert.Equal(RleCodec.Empty(3, 4), PolygonMask.Draw([10, 10, 12, 10, 12, 12], height: 3, width: 4));
        Assert.Equal(12, RleCodec.Area(PolygonMask.Draw([-9, -9, 20, -9, 20, 20, -9, 20], height: 3, width: 4)));
    }

    [Fact]
    public void Every_polygon_has_the_run_lengths_of_pycocotools()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Fixtures.PathOf("polygons.json")));
        var count = 0;
        foreach (var item in document.RootElement.EnumerateArray())
        {
            var (height, width) = (item.GetProperty("size")[0].GetInt32(), item.GetProperty("size")[1].GetInt32());
            var drawn = item.GetProperty("polygons").EnumerateArray()
                .Select(p => PolygonMask.Draw([.. p.EnumerateArray().Select(n => n.GetDouble())], height, width)).ToList();
            var expected = new Rle(height, width, item.GetProperty("counts").GetString()!);
            Assert.Equal(RleCodec.Decode(expected), RleCodec.Decode(RleUnion.Of(drawn)));
            if (drawn.Count == 1)
                Assert.Equal(expected, drawn[0]);
            count++;
        }

        Assert.Equal(121, count);
    }

    [Theory]
    [InlineData(1e9)]
    [InlineData(double.NaN)]
    [InlineData(double.NegativeInfinity)]
    public void A_corner_that_is_nowhere_is_refused(double x) =>
        Assert.Throws<InvalidDataException>(() => PolygonMask.Draw([x, 0, 4, 4, 0, 4], height: 5, width: 5));

    [Fact]
    public void A_polygon_of_endless_edges_is_refused() =>
        Assert.Throws<InvalidDataException>(() => PolygonMask.Draw([.. Enumerable.Range(0, 20).SelectMany(i => (double[])[i % 2 * 9e6, i])], height: 5, width: 5));
}
