using Sa2VA.Cluster.Regrounding;
using Sa2VA.Media;

namespace Sa2VA.Cluster.Tests.Regrounding;

public sealed class CutDetectorTests
{
    [Fact]
    public void Another_picture_is_a_cut_and_a_moving_one_is_none()
    {
        var cuts = new CutDetector();
        Assert.False(Sees(cuts, bar: 0, light: 40));
        for (var x = 4; x < 64; x += 4) Assert.False(Sees(cuts, bar: x, light: 40));
        Assert.True(Sees(cuts, bar: 60, light: 230));
        Assert.False(Sees(cuts, bar: 60, light: 230));
    }

    [Fact]
    public void A_picture_that_grows_brighter_little_by_little_is_no_cut()
    {
        var cuts = new CutDetector();
        // Every row has a light of its own, so that few of them pass a level at a time.
        for (var light = 0; light < 120; light += 2) Assert.False(Sees(cuts, bar: 0, light, slope: 2));
    }

    private static bool Sees(CutDetector cuts, int bar, int light, int slope = 0)
    {
        using var image = new RgbImage(96, 64);
        for (var y = 0; y < image.Height; y++)
        {
            image.Row(y).Fill((byte)(light + slope * y));
            image.Row(y).Slice(3 * bar, 3 * 20).Fill(250);
        }

        return cuts.IsCut(image);
    }
}
