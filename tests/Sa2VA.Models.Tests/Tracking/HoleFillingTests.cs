using FsCheck;
using FsCheck.Fluent;
using Sa2VA.Models.Sam2.Tracking;

namespace Sa2VA.Models.Tests.Tracking;

public sealed class HoleFillingTests
{
    [Fact]
    public void Small_holes_become_weak_foreground_and_large_ones_stay()
    {
        Assert.Equal(
            Mask("#######", "#o###..", "#####..", "#######"),
            Filled(3, "#######", "#.###..", "#####..", "#######"));
    }

    [Fact]
    public void Diagonal_neighbours_belong_to_one_hole()
    {
        string[] picture = ["#####", "#.###", "##.##", "###.#", "#####"];
        Assert.Equal(Mask(picture), Filled(2, picture));
        Assert.Equal(Mask("#####", "#o###", "##o##", "###o#", "#####"), Filled(3, picture));
    }

    [Fact]
    public void A_small_background_at_the_border_counts_as_a_hole()
    {
        Assert.Equal(Mask("o###", "####"), Filled(1, ".###", "####"));
    }

    [Fact]
    public void Zero_logits_are_background_and_an_area_of_zero_fills_nothing()
    {
        float[] logits = [1, 0, 1];
        HoleFilling.Fill(logits, 3, 0);
        Assert.Equal([1, 0, 1], logits);
        HoleFilling.Fill(logits, 3, 1);
        Assert.Equal([1, HoleFilling.FilledLogit, 1], logits);
    }

    [Fact]
    public void It_agrees_with_repeated_relabelling()
    {
        var pictures = from width in Gen.Choose(1, 9)
                       from height in Gen.Choose(1, 9)
                       from area in Gen.Choose(0, 12)
                       from pixels in Gen.ArrayOf(Gen.Elements(-1f, 0f, 2f), width * height)
                       select (width, area, pixels);
        Prop.ForAll(pictures.ToArbitrary(), picture =>
        {
            var filled = (float[])picture.pixels.Clone();
            HoleFilling.Fill(filled, picture.width, picture.area);
            return filled.SequenceEqual(Relabelled(picture.pixels, picture.width, picture.area));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    /// <summary>The slow and obvious version: every background pixel takes the smallest label around it until nothing changes.</summary>
    private static float[] Relabelled(float[] logits, int width, int area)
    {
        var labels = Enumerable.Range(0, logits.Length).ToArray();
        var changed = true;
        while (changed)
        {
            changed = false;
            for (var a = 0; a < logits.Length; a++)
            {
                for (var b = 0; b < logits.Length; b++)
                {
                    var touching = Math.Abs((a / width) - (b / width)) <= 1 && Math.Abs((a % width) - (b % width)) <= 1;
                    if (!touching || logits[a] > 0 || logits[b] > 0 || labels[b] >= labels[a]) continue;
                    labels[a] = labels[b];
                    changed = true;
                }
            }
        }
        return logits.Select((logit, i) =>
            logit <= 0 && Enumerable.Range(0, logits.Length).Count(j => logits[j] <= 0 && labels[j] == labels[i]) <= area ? HoleFilling.FilledLogit : logit).ToArray();
    }

    private static float[] Filled(int area, params string[] rows)
    {
        var mask = Mask(rows);
        HoleFilling.Fill(mask, rows[0].Length, area);
        return mask;
    }

    private static float[] Mask(params string[] rows) =>
        string.Concat(rows).Select(pixel => pixel switch { '#' => 5f, 'o' => HoleFilling.FilledLogit, _ => -5f }).ToArray();
}
