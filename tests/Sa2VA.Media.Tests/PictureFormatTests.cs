namespace Sa2VA.Media.Tests;

public sealed class PictureFormatTests(Clips clips) : IClassFixture<Clips>
{
    // Left half red, right half blue; the upper left quarter green: every turn and mirror looks different.
    private const string Flag = "-f lavfi -i color=red:s=96x64:r=25,drawbox=x=48:w=48:h=64:c=blue:t=fill,drawbox=w=48:h=32:c=lime:t=fill -frames:v 4";

    [Theory]
    [InlineData(90)]
    [InlineData(180)]
    [InlineData(270)]
    public async Task Rotation_is_applied(int degrees)
    {
        clips.Make($"flag{degrees}.mp4", Flag + " -c:v libx264 -qp 0 -pix_fmt yuv444p");
        var path = clips.Make($"turned{degrees}.mp4", $"-i @flag{degrees}.mp4 -c copy -metadata:s:v rotate={degrees}");
        var info = await Clips.ProbeAsync(path);
        Assert.Equal(degrees == 180 ? (96, 64) : (64, 96), (info.Width, info.Height));
        Assert.Contains(info.Rotation, (int[])[90, 180, 270]);

        // ffmpeg's own upright picture is the reference.
        var expected = File.ReadAllBytes(clips.Make($"upright{degrees}.rgb", $"-i @turned{degrees}.mp4 -pix_fmt rgb24 -f rawvideo"));
        var actual = (await Clips.ReadAsync(path)).SelectMany(f => f.Pixels).ToArray();
        Assert.Equal(expected.Length, actual.Length);
        Assert.True(MeanDifference(expected, actual) < 1);
    }

    [Theory]
    [InlineData(0, -1, 1, 0, 270)]
    [InlineData(0, 1, -1, 0, 90)]
    [InlineData(-1, 0, 0, -1, 180)]
    [InlineData(-1, 0, 0, 1, 0)]
    public void A_display_matrix_is_read(int a, int b, int c, int d, int rotation)
    {
        var text = $"\n00000000: {a * 65536} {b * 65536} 0\n00000001: {c * 65536} {d * 65536} 0\n00000002: 0 0 1073741824\n";
        Assert.Equal(rotation, DisplayMatrix.Parse("x", text).Rotation);
    }

    [Fact]
    public void A_slanted_picture_is_refused()
    {
        var e = Assert.Throws<MediaException>(() => DisplayMatrix.Parse("x.mp4", "\n0: 46341 46341 0\n1: -46341 46341 0\n2: 0 0 1073741824\n"));
        Assert.Equal(MediaErrorKind.Unsupported, e.Kind);
    }

    [Theory]
    [InlineData("yuv444p", "libx264", "mp4")]
    [InlineData("yuv420p10le", "ffv1", "mkv")]
    [InlineData("yuv422p10le", "prores_ks", "mov")]
    [InlineData("gray", "libx264", "mkv")]
    [InlineData("rgb24", "qtrle", "mov")]
    public async Task Odd_sizes_and_deep_pixels_come_out_with_the_right_colours(string format, string codec, string extension)
    {
        var path = clips.Make($"odd_{format}.{extension}", $"-f lavfi -i color=0xC04020:s=128x96:r=25,format=rgb24,scale=97:63 -frames:v 3 -c:v {codec} -pix_fmt {format}");
        var info = await Clips.ProbeAsync(path);
        Assert.Equal((97, 63), (info.Width, info.Height));
        foreach (var frame in await Clips.ReadAsync(path))
        {
            var middle = frame.Pixels.AsSpan((31 * 97 + 48) * 3, 3);
            if (format == "gray")
                Assert.InRange(middle[0], 90, 108);
            else
                Assert.True(Math.Abs(middle[0] - 0xC0) < 8 && Math.Abs(middle[1] - 0x40) < 8 && Math.Abs(middle[2] - 0x20) < 8, $"{middle[0]},{middle[1]},{middle[2]}");
        }
    }

    [Fact]
    public async Task Transparency_is_composed_over_black()
    {
        var path = clips.Make("alpha.mov", "-f lavfi -i color=0xFF8000:s=64x48:r=25,format=rgba,colorchannelmixer=aa=0.5 -frames:v 3 -c:v qtrle");
        Assert.True((await Clips.ProbeAsync(path)).HasAlpha);
        var pixel = (await Clips.ReadAsync(path))[1].Pixels;
        Assert.InRange(pixel[0], 124, 131);
        Assert.InRange(pixel[1], 60, 68);
        Assert.Equal(0, pixel[2]);
    }

    [Fact]
    public async Task Interlaced_video_is_woven_into_one_frame_per_frame()
    {
        var path = clips.Make("fields.mkv", "-f lavfi -i testsrc2=s=160x120:r=50 -vf tinterlace=interleave_top,fieldorder=tff -frames:v 20 -c:v libx264 -flags +ildct+ilme -x264opts tff=1 -pix_fmt yuv420p");
        var info = await Clips.ProbeAsync(path);
        Assert.True(info.IsInterlaced);
        var frames = await Clips.ReadAsync(path);
        Assert.Equal((20L, 20), (info.FrameCount, frames.Count));
        var rest = await Clips.ReadAsync(path, new ReadOptions { FirstFrame = 9 });
        Assert.True(frames[9..].SelectMany(f => f.Pixels).SequenceEqual(rest.SelectMany(f => f.Pixels)));
        Assert.Equal(frames[9].Pts, rest[0].Pts);
    }

    [Fact]
    public async Task A_stream_that_changes_its_size_keeps_that_of_its_first_frame()
    {
        clips.Make("small.ts", "-f lavfi -i testsrc2=s=96x64:r=25 -frames:v 10 -c:v mpeg2video");
        clips.Make("large.ts", "-f lavfi -i testsrc2=s=160x120:r=25 -frames:v 10 -c:v mpeg2video -output_ts_offset 0.4");
        var path = clips.Write("both.ts", [.. File.ReadAllBytes(clips.File("small.ts")), .. File.ReadAllBytes(clips.File("large.ts"))]);
        var info = await Clips.ProbeAsync(path);
        var frames = await Clips.ReadAsync(path);
        Assert.Equal((96, 64), (info.Width, info.Height));
        Assert.InRange(frames.Count, 18, 20);
        Assert.All(frames, f => Assert.Equal(96 * 64 * 3, f.Pixels.Length));
    }

    private static double MeanDifference(byte[] a, byte[] b) => a.Zip(b, (x, y) => (double)Math.Abs(x - y)).Average();
}
