using Sa2VA.Cli.Training;

namespace Sa2VA.Cli.Tests;

public sealed class BraillePlotTests
{
    [Fact]
    public void A_line_goes_from_corner_to_corner()
    {
        var (lines, low, high) = BraillePlot.Draw([(0, 8), (1, 7), (2, 6), (3, 5), (4, 4), (5, 3), (6, 2), (7, 1)], width: 4, height: 2);
        Assert.Equal((1, 8), (low, high));
        Assert.Equal(["⠑⢄⠀⠀", "⠀⠀⠑⢄"], lines);
    }

    [Fact]
    public void Few_points_are_joined_and_many_are_averaged()
    {
        var (joined, _, _) = BraillePlot.Draw([(0, 1), (100, 1)], width: 3, height: 1);
        Assert.Equal(["⠒⠒⠒"], joined);
        // 100 points in 2 columns: what is drawn are their means, not their extremes.
        var (_, low, high) = BraillePlot.Draw([.. Enumerable.Range(0, 100).Select(i => ((double)i, i % 2 == 0 ? 0.0 : 1.0))], width: 1, height: 1);
        Assert.InRange(low, 0.4, 0.6);
        Assert.InRange(high, 0.4, 0.6);
    }

    [Fact]
    public void Nothing_and_a_single_point_can_be_drawn()
    {
        Assert.Equal(["⠀⠀"], BraillePlot.Draw([], width: 2, height: 1).Lines);
        Assert.Equal(1, BraillePlot.Draw([(5, 3)], width: 2, height: 2).Lines.Sum(line => line.Count(character => character != '⠀')));
    }
}
