namespace Sa2VA.Media.Tests;

public sealed class ProbeTests(Clips clips) : IClassFixture<Clips>
{
    [Fact]
    public async Task A_clip_is_described_as_it_will_be_delivered()
    {
        var info = await Clips.ProbeAsync(clips.Moving("plain.mp4", frames: 60));
        Assert.Equal((160, 120, 0, 60L), (info.Width, info.Height, info.Rotation, info.FrameCount));
        Assert.Equal(("h264", "yuv420p"), (info.Codec, info.PixelFormat));
        Assert.Equal(2.4, info.Duration, 3);
        Assert.Equal(25, info.NominalRate, 3);
        Assert.False(info.IsVariableRate || info.IsInterlaced || info.HasAlpha || info.IsTruncated);
        Assert.True(info.Frames.IsExact);
        Assert.Equal(Enumerable.Range(0, 60).Select(i => Math.Round(i * 0.04, 6)), Enumerable.Range(0, 60).Select(i => Math.Round(info.Seconds(info.Frames.Pts(i)), 6)));
    }

    [Theory]
    [InlineData("mkv", "libx264", true)]
    [InlineData("webm", "libvpx-vp9", true)]
    [InlineData("webm", "libvpx", false)]
    [InlineData("avi", "mpeg4", false)]
    [InlineData("ts", "libx264", false)]
    [InlineData("mpg", "mpeg2video", false)]
    [InlineData("flv", "libx264", false)]
    [InlineData("gif", "gif", false)]
    [InlineData("mov", "mjpeg", true)]
    public async Task Every_accepted_container_counts_its_frames(string extension, string codec, bool exact)
    {
        var path = clips.Make($"count_{codec}.{extension}", $"-f lavfi -i testsrc2=s=96x64:r=25 -frames:v 30 -c:v {codec}");
        var info = await Clips.ProbeAsync(path);
        Assert.Equal((30L, exact), (info.FrameCount, info.Frames.IsExact));
        var frames = await Clips.ReadAsync(path);
        Assert.Equal(Enumerable.Range(0, 30), frames.Select(f => f.Index));
        Assert.Equal(frames.Select(f => f.Pts).Order(), frames.Select(f => f.Pts));
    }

    [Fact]
    public async Task Cover_art_is_not_video()
    {
        clips.Make("cover.png", "-f lavfi -i testsrc2=s=64x64 -frames:v 1");
        clips.Make("tone.m4a", "-f lavfi -i sine -t 1");
        var path = clips.Make("song.m4a", "-i @tone.m4a -i @cover.png -map 0 -map 1 -c copy -disposition:v:0 attached_pic");
        var e = await Assert.ThrowsAsync<MediaException>(() => Clips.ProbeAsync(path));
        Assert.Equal(MediaErrorKind.NoVideoStream, e.Kind);
        Assert.Contains("aac", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Limits_are_kept_and_name_themselves()
    {
        var path = clips.Moving("limits.mp4", frames: 50);
        foreach (var (limits, name) in new (MediaLimits, string)[]
        {
            (new() { MaxFileBytes = 100 }, nameof(MediaLimits.MaxFileBytes)),
            (new() { MaxPixels = 160 * 120 - 1 }, nameof(MediaLimits.MaxPixels)),
            (new() { MaxDuration = TimeSpan.FromSeconds(1) }, nameof(MediaLimits.MaxDuration)),
            (new() { MaxFrames = 49 }, nameof(MediaLimits.MaxFrames)),
        })
        {
            var e = await Assert.ThrowsAsync<MediaException>(() => Clips.ProbeAsync(path, limits));
            Assert.Equal(MediaErrorKind.LimitExceeded, e.Kind);
            Assert.Contains(name, e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Cancelling_a_probe_ends_it()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        var path = clips.Moving("cancel.mp4", frames: 10);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => MediaProbe.ProbeAsync(path, MediaLimits.Default, cancelled.Token));
    }

    [Fact]
    public async Task A_probe_that_takes_too_long_is_a_time_out()
    {
        var path = clips.Moving("slow.mp4", frames: 10);
        var e = await Assert.ThrowsAsync<MediaException>(() => Clips.ProbeAsync(path, new MediaLimits { ProbeTimeout = TimeSpan.FromMicroseconds(1) }));
        Assert.Equal(MediaErrorKind.Timeout, e.Kind);
        Assert.True(e.IsTransient);
    }
}
