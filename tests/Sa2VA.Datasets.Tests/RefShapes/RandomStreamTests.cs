using Sa2VA.Datasets.RefShapes;

namespace Sa2VA.Datasets.Tests.RefShapes;

public sealed class RandomStreamTests
{
    [Fact]
    public void It_is_SplitMix64()
    {
        // The first outputs for the seed 1234567, as the reference implementation prints them.
        var stream = new RandomStream(1234567);
        ulong[] drawn = [stream.NextBits(), stream.NextBits(), stream.NextBits(), stream.NextBits(), stream.NextBits()];
        Assert.Equal([6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821], drawn);
    }

    [Fact]
    public void Splits_seeds_videos_and_purposes_share_no_stream()
    {
        var firsts = new HashSet<ulong>();
        var count = 0;
        foreach (var split in Enum.GetValues<RefShapesSplit>())
        {
            for (ulong seed = 0; seed < 8; seed++)
            {
                for (var index = 0; index < 200; index++)
                {
                    for (var purpose = 0; purpose < 3; purpose++, count++) firsts.Add(RandomStream.For(split, seed, index, purpose).NextBits());
                }
            }
        }

        Assert.Equal(count, firsts.Count);
    }

    [Fact]
    public void Numbers_keep_to_their_ranges()
    {
        var stream = new RandomStream(3);
        for (var i = 0; i < 10_000; i++)
        {
            Assert.InRange(stream.Next(6), 0, 5);
            Assert.InRange(stream.Between(-3, 3), -3, 3);
            Assert.InRange(stream.NextFloat(), 0, 0.99999994f);
        }
    }

    [Fact]
    public void Portable_sine_agrees_with_the_library()
    {
        for (var x = -700f; x < 700f; x += 0.37f)
        {
            Assert.Equal(Math.Sin(x), PortableMath.Sin(x), 1e-6);
            Assert.Equal(Math.Cos(x), PortableMath.Cos(x), 6e-5); // pi / 2 is added in single precision
        }
    }
}
