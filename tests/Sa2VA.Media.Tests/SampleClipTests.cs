namespace Sa2VA.Media.Tests;

public sealed class SampleClipTests
{
    /// <summary>Set to 1 to write samples/shapes.mp4 anew.</summary>
    private const string Update = "SA2VA_UPDATE_SAMPLES";

    [Fact]
    public async Task The_shipped_clip_is_what_the_program_draws()
    {
        var path = Path.Combine(Path.GetDirectoryName(Golden.Root)!, "..", "samples", "shapes.mp4");
        Assert.SkipUnless(Environment.GetEnvironmentVariable(Golden.Variable) is null, "The repository is found through its own golden folder.");
        if (Environment.GetEnvironmentVariable(Update) == "1")
            Encode(path);

        var info = await Clips.ProbeAsync(path);
        Assert.Equal((ShapesClip.Width, ShapesClip.Height, (long)ShapesClip.Frames), (info.Width, info.Height, info.FrameCount));
        Assert.InRange(new FileInfo(path).Length, 20_000, 600_000);
        await foreach (var frame in VideoReader.ReadAsync(path, info, new ReadOptions { Stride = 9 }, Clips.Token))
        {
            var drawn = ShapesClip.Render(frame.Index);
            var error = 0L;
            for (var i = 0; i < drawn.Length; i++)
                error += (drawn[i] - frame.Image.Pixels[i]) * (drawn[i] - frame.Image.Pixels[i]);
            var decibels = 10 * Math.Log10(255.0 * 255 * drawn.Length / error);
            Assert.True(decibels > 30, $"Frame {frame.Index}: {decibels:0.0} dB.");
            frame.Dispose();
        }
    }

    [Fact]
    public void Every_object_is_hidden_for_a_while_or_always_seen_as_said()
    {
        int Seen(ShapesClip.Thing thing, int frame) => Enumerable.Range(0, ShapesClip.Width * ShapesClip.Height)
            .Count(i => ShapesClip.At(frame, i % ShapesClip.Width, i / ShapesClip.Width) == thing);
        Assert.InRange(Seen(ShapesClip.Thing.Ball, 0), 2700, 2900);
        Assert.InRange(Enumerable.Range(0, ShapesClip.Frames).Min(f => Seen(ShapesClip.Thing.Ball, f)), 0, 700);
        Assert.True(Enumerable.Range(0, ShapesClip.Frames).Where(f => f % 7 == 0).All(f => Seen(ShapesClip.Thing.Triangle, f) > 1800));
        Assert.Equal(ShapesClip.Thing.Ball, ShapesClip.At(0, 60, 150));
        Assert.Equal(ShapesClip.Thing.Square, ShapesClip.At(0, 430, 58));
        Assert.Equal(ShapesClip.Thing.Triangle, ShapesClip.At(0, 120, 218));
    }

    private static void Encode(string path)
    {
        using var folder = new TemporaryFolder();
        using (var raw = File.Create(folder.File("shapes.rgb")))
        {
            for (var i = 0; i < ShapesClip.Frames; i++)
                raw.Write(ShapesClip.Render(i));
        }

        Clips.Ffmpeg(
        [
            "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", $"{ShapesClip.Width}x{ShapesClip.Height}", "-r", ShapesClip.Rate.ToString(), "-i", folder.File("shapes.rgb"),
            "-vf", "scale=out_color_matrix=bt709:out_range=tv", "-c:v", "libx264", "-preset", "slow", "-crf", "22", "-g", "24", "-threads", "1",
            "-pix_fmt", "yuv420p", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709",
            "-fflags", "+bitexact", "-flags:v", "+bitexact", "-movflags", "+faststart", "-y", path,
        ]);
    }
}
