using System.Text.Json;
using Sa2VA.Datasets.RefShapes;
using Sa2VA.Media;
using Sa2VA.Media.Masks;

namespace Sa2VA.Datasets.Tests.RefShapes;

public sealed class RefShapesSampleTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static string Shipped => Path.Combine(Path.GetDirectoryName(Golden.Root)!, "..", "samples", "ref-shapes.mp4");

    [Fact]
    public void The_clip_shows_what_the_benchmark_is_about()
    {
        var clip = RefShapesSample.Create();
        Assert.Equal(48, clip.FrameCount);
        Assert.Contains(clip.Expressions, e => e.Level == RefShapesLevel.Absent);
        Assert.Contains(clip.Expressions, e => e.Level == RefShapesLevel.Attribute);
        Assert.Contains(clip.Objects, a => clip.Objects.Any(b => a.Index < b.Index && Description.Full(a).Mismatches(b) == 1));

        // One goes behind the wall and comes out again.
        var seen = new Observation(clip);
        Assert.Contains(clip.Objects, one =>
        {
            int[] pixels = [.. Enumerable.Range(0, clip.FrameCount).Select(f => seen.Pixels(one.Index, f))];
            var hidden = Array.IndexOf(pixels, pixels.Min());
            return pixels[hidden] < 0.1 * pixels.Max() && pixels[..hidden].Append(0).Max() > 0.9 * pixels.Max() && pixels[hidden..].Max() > 0.9 * pixels.Max();
        });
    }

    [Fact]
    public async Task The_shipped_clip_and_truth_are_what_the_program_writes()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable(Golden.Variable) is null, "The repository is found through its own golden folder.");
        using var folder = new TemporaryFolder();
        var made = folder.File("ref-shapes.mp4");
        await RefShapesSample.WriteAsync(made, Token);
        Assert.Equal(File.ReadAllText(RefShapesSample.TruthPath(made)), File.ReadAllText(RefShapesSample.TruthPath(Shipped)));
        Assert.InRange(new FileInfo(Shipped).Length, 10_000, 250_000);

        // Encoders differ from version to version; what they show does not.
        var clip = RefShapesSample.Create();
        var info = await MediaProbe.ProbeAsync(Shipped, MediaLimits.Default, Token);
        Assert.Equal((clip.Width, clip.Height, (long)clip.FrameCount, 12.0), (info.Width, info.Height, info.FrameCount, info.NominalRate));
        var (rgb, owners) = (new byte[clip.Width * clip.Height * 3], new byte[clip.Width * clip.Height]);
        await foreach (var frame in VideoReader.ReadAsync(Shipped, info, new ReadOptions { Stride = 11 }, Token))
        {
            using (frame)
            {
                clip.Render(frame.Index, rgb, owners);
                var decibels = RefShapesWriterTests.Decibels(rgb, frame.Image.Pixels);
                Assert.True(decibels > 28, $"Frame {frame.Index}: {decibels:0.0} dB.");
            }
        }
    }

    [Fact]
    public void The_truth_has_a_mask_for_every_sentence_and_frame()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable(Golden.Variable) is null, "The repository is found through its own golden folder.");
        var clip = RefShapesSample.Create();
        var (rgb, owners) = (new byte[clip.Width * clip.Height * 3], new byte[clip.Width * clip.Height]);
        using var truth = JsonDocument.Parse(File.ReadAllBytes(RefShapesSample.TruthPath(Shipped)));
        Assert.Equal("ref-shapes.mp4", truth.RootElement.GetProperty("video").GetString());
        Assert.Equal([clip.Height, clip.Width], truth.RootElement.GetProperty("size").EnumerateArray().Select(s => s.GetInt32()));
        var sentences = truth.RootElement.GetProperty("expressions").EnumerateArray().ToArray();
        Assert.Equal(clip.Expressions.Select(e => e.Text), sentences.Select(s => s.GetProperty("text").GetString()));
        var mask = new byte[owners.Length];
        for (var frame = 0; frame < clip.FrameCount; frame += 6)
        {
            clip.Render(frame, rgb, owners);
            foreach (var (expression, sentence) in clip.Expressions.Zip(sentences))
            {
                clip.Mask(expression, owners, mask);
                var counts = sentence.GetProperty("masks")[frame].GetString();
                Assert.Equal(mask, RleCodec.Decode(counts is null ? RleCodec.Empty(clip.Height, clip.Width) : new Rle(clip.Height, clip.Width, counts)));
            }
        }
    }
}
