namespace Sa2VA.Media.Tests;

public sealed class ReaderTests(Clips clips) : IClassFixture<Clips>
{
    [Fact]
    public async Task The_pixels_are_those_of_the_video()
    {
        var path = clips.Make("lossless.mkv", "-f lavfi -i testsrc2=s=160x120:r=25 -frames:v 12 -pix_fmt gbrp -c:v ffv1");
        var raw = File.ReadAllBytes(clips.Make("lossless.rgb", "-i @lossless.mkv -pix_fmt rgb24 -f rawvideo"));
        var frames = await Clips.ReadAsync(path);
        Assert.Equal(12, frames.Count);
        Assert.True(raw.AsSpan().SequenceEqual(frames.SelectMany(f => f.Pixels).ToArray()));
    }

    [Theory]
    [InlineData("bframes.mp4", "-c:v libx264 -g 12 -bf 3 -pix_fmt yuv420p")]
    [InlineData("opengop.mp4", "-c:v libx264 -g 12 -bf 3 -x264-params open-gop=1 -pix_fmt yuv420p")]
    [InlineData("refresh.mp4", "-c:v libx264 -g 12 -x264-params intra-refresh=1 -pix_fmt yuv420p")]
    [InlineData("bframes.mkv", "-c:v libx264 -g 12 -bf 3 -pix_fmt yuv420p")]
    [InlineData("hevc.mp4", "-c:v libx265 -x265-params keyint=12:bframes=3:log-level=none -pix_fmt yuv420p")]
    [InlineData("vp9.webm", "-c:v libvpx-vp9 -g 12 -lag-in-frames 8 -deadline realtime -cpu-used 5")]
    [InlineData("intra.mov", "-c:v mjpeg -q:v 3")]
    [InlineData("stream.ts", "-c:v libx264 -g 12 -bf 3 -pix_fmt yuv420p")]
    [InlineData("old.avi", "-c:v mpeg4 -g 12 -bf 2")]
    public async Task A_read_from_the_middle_gives_the_same_bytes(string name, string codec)
    {
        var path = clips.Make(name, $"-f lavfi -i testsrc2=s=128x96:r=25 -frames:v 60 {codec}");
        var whole = await Clips.ReadAsync(path);
        Assert.Equal(60, whole.Count);
        foreach (var first in (int[])[1, 11, 12, 13, 24, 35, 47, 48, 59])
        {
            var rest = await Clips.ReadAsync(path, new ReadOptions { FirstFrame = first });
            Same(whole[first..], rest);
        }

        Same([whole[30]], await Clips.ReadAsync(path, new ReadOptions { FirstFrame = 30, LastFrame = 30 }));
        Same([whole[26], whole[33], whole[40]], await Clips.ReadAsync(path, new ReadOptions { FirstFrame = 26, LastFrame = 45, Stride = 7 }));
        Same([whole[0], whole[29], whole[30], whole[59]], await Clips.ReadAsync(path, new ReadOptions { Frames = [0, 29, 30, 59] }));
    }

    [Fact]
    public async Task Long_lists_and_strides_are_exact_too()
    {
        var path = clips.Moving("long.mp4", frames: 200, size: "64x48");
        var whole = await Clips.ReadAsync(path);
        var uneven = Enumerable.Range(0, 200).Where(i => i % 3 != 1).ToArray();
        Same([.. uneven.Select(i => whole[i])], await Clips.ReadAsync(path, new ReadOptions { Frames = uneven }));
        Same([.. Enumerable.Range(0, 98).Select(i => whole[3 + 2 * i])], await Clips.ReadAsync(path, new ReadOptions { FirstFrame = 3, LastFrame = 198, Stride = 2 }));
    }

    [Fact]
    public async Task The_same_content_at_constant_and_variable_rate_gives_the_same_frames()
    {
        var constant = clips.Make("constant.mp4", "-f lavfi -i testsrc2=s=96x64:r=25 -frames:v 40 -c:v libx264 -qp 0 -g 10 -pix_fmt yuv420p");
        var variable = clips.Make("variable.mp4", "-i @constant.mp4 -vf settb=1/1000,setpts='N*40+13*mod(N,3)+500*gt(N,20)' -fps_mode passthrough -enc_time_base 1/1000 -video_track_timescale 1000 -c:v libx264 -qp 0 -g 7 -pix_fmt yuv420p");
        var (a, b) = (await Clips.ProbeAsync(constant), await Clips.ProbeAsync(variable));
        Assert.False(a.IsVariableRate);
        Assert.True(b.IsVariableRate);
        var (first, second) = (await Clips.ReadAsync(constant), await Clips.ReadAsync(variable));
        Assert.Equal(first.Select(f => f.Index), second.Select(f => f.Index));
        Assert.All(first.Zip(second), pair => Assert.True(pair.First.Pixels.AsSpan().SequenceEqual(pair.Second.Pixels)));
        var times = second.Select(f => b.Seconds(f.Pts)).ToArray();
        Assert.Equal(0.514, times[21] - times[20], 3);
        Same(second[23..], await Clips.ReadAsync(variable, new ReadOptions { FirstFrame = 23 }));
    }

    [Fact]
    public async Task An_edit_list_does_not_shift_frames()
    {
        clips.Moving("uncut.mp4", frames: 60);
        // Copying from the middle of a group of pictures leaves hidden frames before the first one that is shown.
        var path = clips.Make("cut.mp4", "-ss 1.4 -i @uncut.mp4 -c copy");
        var whole = await Clips.ReadAsync(path);
        Assert.Equal((await Clips.ProbeAsync(path)).FrameCount, whole.Count);
        Assert.InRange(whole.Count, 20, 35);
        Same(whole[10..], await Clips.ReadAsync(path, new ReadOptions { FirstFrame = 10 }));
    }

    [Fact]
    public async Task Leaving_the_loop_and_cancelling_end_the_decoder()
    {
        var path = clips.Moving("leave.mp4", frames: 100, size: "320x240");
        var info = await Clips.ProbeAsync(path);
        var id = 0;
        var options = new ReadOptions { DecoderStarted = process => id = process };
        await foreach (var frame in VideoReader.ReadAsync(path, info, options, Clips.Token))
        {
            frame.Dispose();
            break;
        }

        Assert.Throws<ArgumentException>(() => System.Diagnostics.Process.GetProcessById(id));

        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var frame in VideoReader.ReadAsync(path, info, options, stop.Token))
            {
                frame.Dispose();
                await stop.CancelAsync();
            }
        });
        Assert.Throws<ArgumentException>(() => System.Diagnostics.Process.GetProcessById(id));
    }

    [Fact]
    public async Task A_decoder_that_dies_is_reported_with_the_frame_it_reached()
    {
        var path = clips.Moving("dies.mp4", frames: 200, size: "640x480");
        var info = await Clips.ProbeAsync(path);
        var id = 0;
        var seen = 0;
        var e = await Assert.ThrowsAsync<MediaException>(async () =>
        {
            await foreach (var frame in VideoReader.ReadAsync(path, info, new ReadOptions { DecoderStarted = process => id = process }, Clips.Token))
            {
                Assert.Equal(seen++, frame.Index);
                frame.Dispose();
                if (seen == 20)
                    System.Diagnostics.Process.GetProcessById(id).Kill();
            }
        });
        Assert.Equal(MediaErrorKind.ToolFailed, e.Kind);
        Assert.Equal(seen, e.Frame);
        Assert.InRange(seen, 20, 199);
    }

    [Fact]
    public async Task A_decoder_that_hangs_is_a_time_out_with_the_frame()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Uses SIGSTOP.");
        var path = clips.Moving("hangs.mp4", frames: 200, size: "640x480");
        var info = await Clips.ProbeAsync(path);
        var id = 0;
        var options = new ReadOptions { DecoderStarted = process => id = process, Limits = new MediaLimits { StallTimeout = TimeSpan.FromSeconds(2) } };
        var seen = 0;
        var e = await Assert.ThrowsAsync<MediaException>(async () =>
        {
            await foreach (var frame in VideoReader.ReadAsync(path, info, options, Clips.Token))
            {
                frame.Dispose();
                if (++seen == 5)
                    System.Diagnostics.Process.Start("kill", ["-STOP", id.ToString()]).WaitForExit();
            }
        });
        Assert.Equal((MediaErrorKind.Timeout, (long?)seen), (e.Kind, e.Frame));
    }

    [Theory]
    [InlineData(-1, null, 1)]
    [InlineData(0, 60, 1)]
    [InlineData(5, 4, 1)]
    [InlineData(0, null, 0)]
    public void Selections_outside_the_video_are_refused(int first, int? last, int stride) =>
        Assert.Throws<ArgumentException>(() => new ReadOptions { FirstFrame = first, LastFrame = last, Stride = stride }.Select(60));

    private static void Same(IReadOnlyList<(int Index, long Pts, byte[] Pixels)> expected, IReadOnlyList<(int Index, long Pts, byte[] Pixels)> actual)
    {
        Assert.Equal(expected.Select(f => (f.Index, f.Pts)), actual.Select(f => (f.Index, f.Pts)));
        for (var i = 0; i < expected.Count; i++)
            Assert.True(expected[i].Pixels.AsSpan().SequenceEqual(actual[i].Pixels), $"Frame {expected[i].Index} differs.");
    }
}
