namespace Sa2VA.Media.Tests;

public sealed class ClipWriterTests(Clips clips) : IClassFixture<Clips>
{
    private const int Width = 64;
    private const int Height = 48;

    [Fact]
    public async Task Pictures_and_video_hold_every_frame_and_appear_whole()
    {
        var (folder, video) = (clips.File("100% of it"), clips.File("100% of it.mp4"));
        await using (var writer = ClipWriter.Start(new ClipOutputs(folder, video), Width, Height, 12, MediaLimits.Default))
        {
            for (var i = 0; i < 7; i++)
                await writer.WriteAsync(Frame(i), Clips.Token);
            Assert.False(Directory.Exists(folder));
            Assert.False(File.Exists(video));
            await writer.CompleteAsync(Clips.Token);
        }

        var info = await Clips.ProbeAsync(video);
        Assert.Equal((Width, Height, 7L, 12.0), (info.Width, info.Height, info.FrameCount, info.NominalRate));
        Assert.Equal(Enumerable.Range(0, 7).Select(i => $"{i:00000}.jpg"), Directory.EnumerateFiles(folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal));
        Assert.Empty(Directory.EnumerateFileSystemEntries(clips.Folder, "*.partial"));
        var frames = await Clips.ReadAsync(video);
        for (var i = 0; i < 7; i++)
        {
            File.Copy(Path.Combine(folder, $"{i:00000}.jpg"), clips.File("picture.jpg"), overwrite: true);
            var picture = await Clips.ReadAsync(clips.Make($"{i}.mkv", "-i @picture.jpg -c:v ffv1 -pix_fmt bgr0"));
            Assert.InRange(Decibels(Frame(i), picture[0].Pixels), 34, 99);
            Assert.InRange(Decibels(Frame(i), frames[i].Pixels), 30, 99);
        }
    }

    [Fact]
    public async Task What_is_not_completed_leaves_nothing()
    {
        var (folder, video) = (clips.File("given up"), clips.File("given up.mp4"));
        await using (var writer = ClipWriter.Start(new ClipOutputs(folder, video), Width, Height, 12, MediaLimits.Default))
            await writer.WriteAsync(Frame(0), Clips.Token);
        Assert.Empty(Directory.EnumerateFileSystemEntries(clips.Folder, "given up*"));
    }

    [Fact]
    public async Task A_place_that_cannot_be_written_is_an_error_that_names_it()
    {
        var path = clips.File(Path.Combine("no", "such", "clip.mp4"));
        await using var writer = ClipWriter.Start(new ClipOutputs(null, path), Width, Height, 12, MediaLimits.Default);
        var e = await Assert.ThrowsAsync<MediaException>(async () =>
        {
            for (var i = 0; i < 2000; i++)
                await writer.WriteAsync(Frame(i), Clips.Token);
            await writer.CompleteAsync(Clips.Token);
        });
        Assert.Equal(MediaErrorKind.ToolFailed, e.Kind);
        Assert.Contains(path, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mistakes_of_the_caller_are_told()
    {
        Assert.Throws<ArgumentException>(() => ClipWriter.Start(new ClipOutputs(null, null), Width, Height, 12, MediaLimits.Default));
        await using var writer = ClipWriter.Start(new ClipOutputs(null, clips.File("mistakes.mp4")), Width, Height, 12, MediaLimits.Default);
        await Assert.ThrowsAsync<ArgumentException>(() => writer.WriteAsync(new byte[5], Clips.Token));
        await Assert.ThrowsAsync<InvalidOperationException>(() => writer.CompleteAsync(Clips.Token));
    }

    /// <summary>A smooth picture that moves by a few levels a frame.</summary>
    private static byte[] Frame(int number)
    {
        var rgb = new byte[Width * Height * 3];
        for (var p = 0; p < Width * Height; p++)
        {
            var (x, y) = (p % Width, p / Width);
            rgb[p * 3] = (byte)(40 + x * 2);
            rgb[p * 3 + 1] = (byte)(60 + y * 3);
            rgb[p * 3 + 2] = (byte)(90 + number % 8 * 10);
        }

        return rgb;
    }

    private static double Decibels(byte[] expected, byte[] actual)
    {
        var error = expected.Zip(actual, (a, b) => (long)(a - b) * (a - b)).Sum();
        return Math.Min(99, 10 * Math.Log10(255.0 * 255 * expected.Length / error));
    }
}
