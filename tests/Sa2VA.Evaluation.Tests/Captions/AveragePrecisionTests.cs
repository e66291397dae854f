using Sa2VA.Evaluation.Captions.Scores;
using Sa2VA.Media.Masks;

namespace Sa2VA.Evaluation.Tests.Captions;

public sealed class AveragePrecisionTests
{
    [Theory]
    [InlineData("+", 1, 1)]
    [InlineData("", 1, 0)]
    [InlineData("-", 1, 0)]
    [InlineData("+", 2, 51 / 101.0)]                             // recall ends at .5, which is the 51st point
    [InlineData("+-+", 2, (51 + 50 * 2 / 3.0) / 101)]            // precision 1 up to .5, then 2 of 3
    [InlineData("-+", 1, 0.5)]
    [InlineData("-++", 2, 2 / 3.0)]                              // the later, higher precision counts for the lower recall too
    [InlineData("++--", 2, 1)]                                   // what is wrong after the last hit costs nothing
    public void Cases_by_hand(string hits, int truths, double expected) => Assert.Equal(expected, AveragePrecision.Of(hits.Select(c => c == '+'), truths)!.Value, 12);

    [Fact]
    public void Without_truth_there_is_no_precision() => Assert.Null(AveragePrecision.Of([false], 0));

    [Fact]
    public void A_mask_takes_the_best_truth_that_is_left()
    {
        var (left, both) = (Mask("##.."), Mask("###."));
        // 2 of 3 pixels of the second, all of the first.
        Assert.Equal([true], AveragePrecision.Hits([left], [(both, false), (left, false)]));
        // The first prediction takes the whole; the second gets what reaches one half, and the third nothing.
        Assert.Equal([true, true, false], AveragePrecision.Hits([left, left, left], [(both, false), (left, false)]));
        Assert.Equal([false], AveragePrecision.Hits([Mask("#...")], [(both, false)]));
        Assert.Equal([true], AveragePrecision.Hits([Mask("#...")], [(left, false)]));
    }

    [Fact]
    public void Crowds_are_found_by_any_number_and_count_neither_way()
    {
        var crowd = Mask("####");
        Assert.Empty(AveragePrecision.Hits([Mask("#..."), Mask(".#..")], [(crowd, true)]));
        // Who finds a thing does not look for crowds, wherever they stand.
        Assert.Equal([true], AveragePrecision.Hits([Mask("##.."), Mask("..#.")], [(crowd, true), (Mask("##.."), false)]));
        // An empty mask finds nothing.
        Assert.Equal([false], AveragePrecision.Hits([Mask("....")], [(crowd, true)]));
    }

    [Fact]
    public void A_hundred_masks_an_image_count() =>
        Assert.Equal(100, AveragePrecision.Hits([.. Enumerable.Repeat(Mask("#..."), 101)], [(Mask("#..."), false)]).Count);

    [Fact]
    public void The_slow_definitions_agree()
    {
        var random = new Random(5);
        for (var round = 0; round < 60; round++)
        {
            var (hits, truths) = (new List<bool>(), 0);
            var slow = new List<bool>();
            for (var image = 0; image < 4; image++)
            {
                var truth = Enumerable.Range(0, random.Next(0, 5)).Select(_ => (Pixels: Drawn(), IsCrowd: random.Next(4) == 0)).ToList();
                var predicted = Enumerable.Range(0, random.Next(0, 6)).Select(_ => random.Next(2) == 0 && truth.Count > 0 ? truth[random.Next(truth.Count)].Pixels : Drawn()).ToList();
                hits.AddRange(AveragePrecision.Hits([.. predicted.Select(Mask)], [.. truth.Select(one => (Mask(one.Pixels), one.IsCrowd))]));
                slow.AddRange(SlowHits(predicted, truth));
                truths += truth.Count(one => !one.IsCrowd);
            }

            Assert.Equal(slow, hits);
            if (truths > 0) Assert.Equal(SlowPrecision(slow, truths), AveragePrecision.Of(hits, truths)!.Value, 12);
        }

        string Drawn()
        {
            var (start, length) = (random.Next(12), random.Next(0, 8));
            return string.Concat(Enumerable.Range(0, 12).Select(i => i >= start && i < start + length ? '#' : '.'));
        }
    }

    [Fact]
    public void The_overlap_of_runs_is_that_of_pixels()
    {
        var random = new Random(3);
        for (var round = 0; round < 50; round++)
        {
            var (one, other) = (Noise(), Noise());
            var (a, b) = (new RunMask(RleCodec.Encode(one, 7, 9)), new RunMask(RleCodec.Encode(other, 7, 9)));
            var common = one.Zip(other, (x, y) => x & y).Sum(x => x);
            var union = one.Zip(other, (x, y) => x | y).Sum(x => x);
            Assert.Equal((common, common, one.Sum(x => x)), (a.Common(b), b.Common(a), a.Area));
            Assert.Equal(union == 0 ? 0 : (double)common / union, a.IoU(b));
        }

        Assert.Throws<InvalidDataException>(() => new RunMask(new Rle(2, 2, "1")));

        byte[] Noise()
        {
            var density = random.NextDouble();
            return [.. Enumerable.Range(0, 63).Select(_ => random.NextDouble() < density ? (byte)1 : (byte)0)];
        }
    }

    [Fact]
    public void Pairs_are_made_from_the_highest_down()
    {
        double[,] table = { { .9, .8, 0 }, { .8, .1, 0 }, { .9, .2, 0 } };
        // The first .9 takes row 0 and column 0; then .2 is higher than .1; the last column has nothing.
        Assert.Equal([.9, .2], GreedyPairs.Find(3, 3, (row, column) => table[row, column]));
        Assert.Empty(GreedyPairs.Find(0, 3, (_, _) => 1));
        var random = new Random(9);
        for (var round = 0; round < 50; round++)
        {
            var (rows, columns) = (random.Next(0, 5), random.Next(0, 5));
            var values = Enumerable.Range(0, rows).Select(_ => Enumerable.Range(0, columns).Select(_ => random.Next(0, 4) / 3.0).ToArray()).ToArray();
            Assert.Equal(SlowPairs(values), GreedyPairs.Find(rows, columns, (row, column) => values[row][column]));
        }
    }

    /// <summary>Takes the highest cell and strikes out its row and column, until nothing above zero is left.</summary>
    private static List<double> SlowPairs(double[][] values)
    {
        var left = values.Select(row => row.ToList()).ToList();
        var pairs = new List<double>();
        while (left.Count > 0 && left[0].Count > 0 && left.Max(row => row.Max()) is > 0 and var highest)
        {
            var row = left.FindIndex(cells => cells.Contains(highest));
            var column = left[row].IndexOf(highest);
            left.RemoveAt(row);
            foreach (var cells in left) cells.RemoveAt(column);
            pairs.Add(highest);
        }

        return pairs;
    }

    /// <summary>Over pixels: things first, from the highest IoU (of equal ones the last), then crowds.</summary>
    private static List<bool> SlowHits(List<string> predicted, List<(string Pixels, bool IsCrowd)> truth)
    {
        var left = truth.Where(one => !one.IsCrowd).Select(one => one.Pixels).ToList();
        var hits = new List<bool>();
        foreach (var mask in predicted)
        {
            var best = left.Select((pixels, i) => (IoU: Share(mask, pixels, isCrowd: false), i)).Where(one => one.IoU >= 0.5).OrderBy(one => one.IoU).ThenBy(one => one.i).LastOrDefault((0, -1));
            if (best.i >= 0)
            {
                left.RemoveAt(best.i);
                hits.Add(true);
            }
            else if (!truth.Any(one => one.IsCrowd && Share(mask, one.Pixels, isCrowd: true) >= 0.5))
            {
                hits.Add(false);
            }
        }

        return hits;
    }

    private static double Share(string mask, string pixels, bool isCrowd)
    {
        var common = mask.Zip(pixels).Count(pair => pair is ('#', '#'));
        var of = isCrowd ? mask.Count(c => c == '#') : mask.Zip(pixels).Count(pair => pair.First == '#' || pair.Second == '#');
        return of == 0 ? 0 : (double)common / of;
    }

    /// <summary>At each of 101 recalls the highest precision of any beginning that reaches it.</summary>
    private static double SlowPrecision(List<bool> hits, int truths) => Enumerable.Range(0, 101).Average(point => Enumerable.Range(1, hits.Count)
        .Select(count => (Right: hits.Take(count).Count(hit => hit), Count: count))
        .Where(beginning => (double)beginning.Right / truths >= point * 0.01)
        .Select(beginning => (double)beginning.Right / beginning.Count).DefaultIfEmpty(0).Max());

    private static RunMask Mask(string pixels) => new(RleCodec.Encode([.. pixels.Select(c => c == '#' ? (byte)1 : (byte)0)], 1, pixels.Length));
}
