namespace Sa2VA.Media.Tests;

public sealed class TruncatedTests(Clips clips) : IClassFixture<Clips>
{
    [Theory]
    [InlineData("faststart.mp4", "-movflags faststart")]
    [InlineData("clip.mkv", "")]
    public async Task The_frames_before_the_cut_are_good_and_the_cut_is_reported(string name, string extra)
    {
        var whole = clips.Moving(name, frames: 100, extra: extra);
        var cut = clips.Half("cut_" + name, whole, 0.6);
        var info = await Clips.ProbeAsync(cut);
        Assert.True(info.IsTruncated);
        Assert.InRange(info.FrameCount, 30, 85);

        var expected = await Clips.ReadAsync(whole);
        var seen = 0;
        var e = await Assert.ThrowsAsync<MediaException>(async () =>
        {
            await foreach (var frame in VideoReader.ReadAsync(cut, info, new ReadOptions(), Clips.Token))
            {
                Assert.Equal(expected[seen].Pts, frame.Pts);
                Assert.True(frame.Image.Pixels.SequenceEqual(expected[seen].Pixels), $"Frame {seen} differs.");
                seen++;
                frame.Dispose();
            }
        });
        Assert.Equal((MediaErrorKind.Truncated, (long?)seen), (e.Kind, e.Frame));
        Assert.Equal(info.FrameCount, seen);

        // Asking for what is there is not an error.
        Assert.Equal(10, (await Clips.ReadAsync(cut, new ReadOptions { LastFrame = 9 })).Count);
    }

    [Fact]
    public async Task A_recording_that_was_never_finished_says_so()
    {
        var cut = clips.Half("unfinished.mp4", clips.Moving("finished.mp4", frames: 50));
        var e = await Assert.ThrowsAsync<MediaException>(() => Clips.ProbeAsync(cut));
        Assert.Equal(MediaErrorKind.Truncated, e.Kind);
    }

    [Fact]
    public async Task A_file_that_ends_in_its_first_frame_has_nothing_to_give()
    {
        var whole = clips.Moving("first.mp4", frames: 50, extra: "-movflags faststart");
        var bytes = File.ReadAllBytes(whole);
        var data = bytes.AsSpan().IndexOf("mdat"u8) + 4;
        var e = await Assert.ThrowsAsync<MediaException>(() => Clips.ProbeAsync(clips.Write("first_cut.mp4", bytes.AsSpan(0, data + 300))));
        Assert.Contains(e.Kind, (MediaErrorKind[])[MediaErrorKind.Truncated, MediaErrorKind.Empty]);
    }
}
