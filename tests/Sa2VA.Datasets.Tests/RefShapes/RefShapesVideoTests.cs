using System.Security.Cryptography;
using System.Text;
using Sa2VA.Datasets.RefShapes;

namespace Sa2VA.Datasets.Tests.RefShapes;

public sealed class RefShapesVideoTests
{
    private const int Pixels = RefShapesVideo.FrameWidth * RefShapesVideo.FrameHeight;

    // A change of these changes the benchmark: raise RefShapesVideo.Version, and measure every published score again.
    [Theory]
    [InlineData(RefShapesSplit.Train, 0, "64e0e5509af41fcb87f2544f2ddf7d5ac90c215e2663ddea5076c8924a0148f0")]
    [InlineData(RefShapesSplit.Val, 0, "d4f9148990aff4d997398c2ed0153678ea6204df090034b206c0041600974f34")]
    [InlineData(RefShapesSplit.Test, 119, "d0ba60cc494e8a5a8ea3db63eb1839d676ea8064ceef119beeb149764293b0b9")]
    [InlineData(RefShapesSplit.Long, 5, "8598f074eb2394ce0831f90640f5113421870461eddda88c80c314abe54ec37b")]
    public void A_video_is_the_same_on_every_machine(RefShapesSplit split, int index, string expected)
    {
        var video = RefShapesVideo.Create(split, 0, index);
        var (rgb, owners) = Draw(video, video.FrameCount / 2);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(rgb);
        hash.AppendData(owners);
        foreach (var e in video.Expressions)
            hash.AppendData(Encoding.UTF8.GetBytes($"{e.Id} {e.Level} {e.Text} {string.Join(',', e.Objects)}\n"));
        Assert.Equal(expected, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    [Fact]
    public void Frames_may_be_drawn_in_any_order_and_by_many_threads()
    {
        var one = RefShapesVideo.Create(RefShapesSplit.Val, 0, 3);
        var other = RefShapesVideo.Create(RefShapesSplit.Val, 0, 3);
        var inOrder = Enumerable.Range(0, one.FrameCount).Select(f => Draw(one, f)).ToArray();
        Parallel.For(0, other.FrameCount, i =>
        {
            var frame = other.FrameCount - 1 - i;
            var (rgb, owners) = Draw(other, frame);
            Assert.Equal(inOrder[frame].Rgb, rgb);
            Assert.Equal(inOrder[frame].Owners, owners);
        });
    }

    [Fact]
    public void Every_split_has_its_size()
    {
        foreach (var (split, count, shortest, longest) in ((RefShapesSplit, int, int, int)[])
            [(RefShapesSplit.Val, 64, 30, 48), (RefShapesSplit.Test, 120, 30, 48), (RefShapesSplit.Long, 6, 3000, 3600)])
        {
            Assert.Equal(count, split.VideoCount());
            for (var i = 0; i < count; i++)
            {
                var video = RefShapesVideo.Create(split, 0, i);
                Assert.InRange(video.FrameCount, shortest, longest);
                Assert.InRange(video.Objects.Count, 2, 6);
                Assert.InRange(video.Expressions.Count, 3, 8);
                Assert.Equal(video.Expressions.Count, video.Expressions.Select(e => e.Text).Distinct(StringComparer.Ordinal).Count());
            }

            var refusal = Assert.Throws<ArgumentOutOfRangeException>(() => RefShapesVideo.Create(split, 0, count));
            Assert.Contains(split.Name(), refusal.Message, StringComparison.Ordinal);
        }

        Assert.InRange(RefShapesVideo.Create(RefShapesSplit.Train, 0, int.MaxValue - 1).Objects.Count, 2, 6);
    }

    [Fact]
    public void No_video_of_a_split_is_in_another()
    {
        var scenes = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (split, count) in ((RefShapesSplit, int)[])[(RefShapesSplit.Train, 500), (RefShapesSplit.Val, 64), (RefShapesSplit.Test, 120)])
        {
            for (var i = 0; i < count; i++)
            {
                var video = RefShapesVideo.Create(split, 0, i);
                var scene = string.Join(' ', video.Objects.Select(one => $"{one.Shape}{one.Body.Radius:R}{one.Body.Path.At(0)}"));
                Assert.True(scenes.Add(scene), $"{video.Id} repeats another video");
            }
        }
    }

    [Fact]
    public void Objects_come_back_after_hundreds_of_frames_in_the_long_split()
    {
        for (var i = 0; i < RefShapesSplit.Long.VideoCount(); i++)
        {
            var video = RefShapesVideo.Create(RefShapesSplit.Long, 0, i);
            var timeline = new Timeline(video.Scene);
            var returns = video.Objects.Count(one => PresenceFacts.Measure(timeline, one.Index) is { Returns: true } here && here.LongestAway * timeline.Stride >= 150);
            Assert.True(returns >= 2, $"{video.Id}: {returns} objects come back after a long absence");
        }
    }

    [Fact]
    public void Looks_are_unique_but_for_a_pair_of_twins_in_about_a_tenth_of_the_videos()
    {
        var twins = 0;
        for (var i = 0; i < 600; i++)
        {
            var objects = RefShapesVideo.Create(RefShapesSplit.Train, 0, i).Objects;
            var same = objects.Count - objects.Select(one => (one.Shape, one.Colour, one.Texture, one.Size)).Distinct().Count();
            Assert.InRange(same, 0, 1);
            twins += same;
        }

        Assert.InRange(twins / 600.0, 0.05, 0.14);
    }

    [Fact]
    public void An_owned_pixel_shows_its_owner()
    {
        for (var i = 0; i < 40; i++)
        {
            var video = RefShapesVideo.Create(RefShapesSplit.Train, 0, i);
            for (var frame = 0; frame < video.FrameCount; frame += 9)
            {
                var (rgb, owners) = Draw(video, frame);
                var (wrong, inside) = (0, 0);
                for (var y = 1; y < video.Height - 1; y++)
                {
                    for (var x = 1; x < video.Width - 1; x++)
                    {
                        var at = y * video.Width + x;
                        var owner = owners[at];
                        // A pixel at an edge is a mixture.
                        if (owner == 0 || owners[at - 1] != owner || owners[at + 1] != owner || owners[at - video.Width] != owner || owners[at + video.Width] != owner)
                            continue;
                        inside++;
                        if (!IsToneOf(video.Objects[owner - 1].Colour, rgb.AsSpan(at * 3, 3))) wrong++;
                    }
                }

                Assert.True(wrong <= inside * 0.01, $"{video.Id} frame {frame}: {wrong} of {inside} pixels have another colour than their owner");
            }
        }
    }

    [Fact]
    public void A_mask_is_what_is_seen_of_the_meant_objects()
    {
        var video = RefShapesVideo.Create(RefShapesSplit.Val, 0, 1);
        var (_, owners) = Draw(video, 5);
        var pixels = video.VisiblePixels(owners);
        Assert.Equal(owners.Count(o => o > 0), pixels.Sum());
        var mask = new byte[Pixels];
        foreach (var expression in video.Expressions)
        {
            video.Mask(expression, owners, mask);
            Assert.Equal(expression.Objects.Sum(i => pixels[i]), mask.Count(m => m == 1));
            Assert.All(mask, m => Assert.InRange(m, 0, 1));
        }
    }

    [Fact]
    public void Wrong_sizes_and_frames_are_refused()
    {
        var video = RefShapesVideo.Create(RefShapesSplit.Val, 0, 0);
        Assert.Throws<ArgumentOutOfRangeException>(() => Draw(video, video.FrameCount));
        Assert.Throws<ArgumentOutOfRangeException>(() => Draw(video, -1));
        Assert.Throws<ArgumentException>(() => video.Render(0, new byte[7], new byte[Pixels]));
        Assert.Throws<ArgumentException>(() => video.Render(0, new byte[Pixels * 3], new byte[7]));
        Assert.Throws<ArgumentException>(() => video.VisiblePixels(new byte[7]));
    }

    private static (byte[] Rgb, byte[] Owners) Draw(RefShapesVideo video, int frame)
    {
        var (rgb, owners) = (new byte[Pixels * 3], new byte[Pixels]);
        video.Render(frame, rgb, owners);
        return (rgb, owners);
    }

    /// <summary>Whether a pixel is the colour, or a darker tone of it down to the pattern's, within light and tint.</summary>
    private static bool IsToneOf(ShapeColour colour, ReadOnlySpan<byte> pixel)
    {
        var (r, g, b) = Palette.Of(colour);
        var tone = (pixel[0] * r + pixel[1] * g + pixel[2] * b) / (r * r + g * g + b * b);
        return tone is > 0.33f and < 1.12f && Math.Abs(pixel[0] - tone * r) <= 16 && Math.Abs(pixel[1] - tone * g) <= 16 && Math.Abs(pixel[2] - tone * b) <= 16;
    }
}
