namespace Sa2VA.Media.Tests;

public sealed class StillPictureTests(Clips clips) : IClassFixture<Clips>
{
    [Theory]
    [InlineData("lossless.webp", "-lossless 1", 0)]
    [InlineData("lossy.webp", "-quality 80 -pix_fmt yuv420p", 15)]
    [InlineData("picture.bmp", "-pix_fmt bgr24", 0)]
    [InlineData("picture.png", "-pix_fmt rgb24", 0)]
    [InlineData("picture.jpg", "-pix_fmt yuvj444p", 15)]
    public async Task A_picture_is_one_frame_without_a_time(string name, string options, double difference)
    {
        var path = clips.Make(name, $"-f lavfi -i testsrc2=s=66x50 -frames:v 1 {options}");
        var info = await Clips.ProbeAsync(path);
        Assert.Equal((66, 50, 1L, true), (info.Width, info.Height, info.FrameCount, info.IsStill));

        // ffmpeg's own picture is the reference; where colour has to be converted, it does so in another way.
        var expected = File.ReadAllBytes(clips.Make(name + ".rgb", $"-i @{name} -pix_fmt rgb24 -f rawvideo"));
        var actual = Assert.Single(await Clips.ReadAsync(path)).Pixels;
        Assert.Equal(expected.Length, actual.Length);
        Assert.InRange(expected.Zip(actual, (a, b) => Math.Abs(a - b)).Average(), 0, difference);
    }

    [Fact]
    public async Task Transparency_is_composed_over_black()
    {
        var path = clips.Make("half.webp", "-f lavfi -i color=red@0.5:s=16x12,format=rgba -frames:v 1 -lossless 1");
        var pixels = Assert.Single(await Clips.ReadAsync(path)).Pixels;
        Assert.InRange(pixels[0], 126, 129);
        Assert.Equal((0, 0), (pixels[1], pixels[2]));
    }

    [Fact]
    public async Task What_is_no_picture_of_the_kind_is_refused()
    {
        var whole = File.ReadAllBytes(clips.Make("whole.webp", "-f lavfi -i testsrc2=s=66x50 -frames:v 1 -lossless 1"));
        Task<MediaException> Refused(string name, byte[] bytes) => Assert.ThrowsAsync<MediaException>(() => Clips.ReadAsync(clips.Write(name, bytes)));

        Assert.Contains("cut.webp", (await Refused("cut.webp", whole[..(whole.Length / 2)])).Message, StringComparison.Ordinal);
        Assert.Equal(MediaErrorKind.Truncated, (await Refused("short.webp", whole[..20])).Kind);
        byte[] moving = [.. "RIFF\0\0\0\0WEBPVP8X\n\0\0\0"u8, 0x02, 0, 0, 0, 15, 0, 0, 11, 0, 0];
        Assert.Contains("moving", (await Refused("moving.webp", moving)).Message, StringComparison.Ordinal);
        Assert.Contains("picture", (await Refused("text.bmp", "hello, this is text"u8.ToArray())).Message, StringComparison.Ordinal);
    }
}
