using System.Text;

namespace Sa2VA.Media.Tests;

public sealed class HostileInputTests(Clips clips) : IClassFixture<Clips>
{
    [Theory]
    [InlineData("http://127.0.0.1:9/clip.mp4")]
    [InlineData("data:video/mp4;base64,AAAA")]
    [InlineData("concat:a.mp4|b.mp4")]
    [InlineData("subfile,,start,0,end,9,,:/etc/passwd")]
    [InlineData("lavfi:testsrc")]
    public async Task Addresses_are_refused(string address) => await ExpectAsync(MediaErrorKind.Forbidden, address);

    [Theory]
    [InlineData("list.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nTARGET\n#EXT-X-ENDLIST\n")]
    [InlineData("list.ffconcat", "ffconcat version 1.0\nfile 'TARGET'\n")]
    [InlineData("list.txt", "file 'TARGET'\n")]
    [InlineData("list.mpd", "<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\"></MPD>")]
    [InlineData("call.sdp", "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\nc=IN IP4 127.0.0.1\r\nm=video 5000 RTP/AVP 96\r\n")]
    public async Task Playlists_are_refused_under_any_name(string name, string content)
    {
        var target = clips.Moving("target.mp4", frames: 5);
        content = content.Replace("TARGET", target, StringComparison.Ordinal);
        await ExpectAsync(MediaErrorKind.Forbidden, clips.Write(name, Encoding.UTF8.GetBytes(content)));
        await ExpectAsync(MediaErrorKind.Forbidden, clips.Write(name + ".mp4", Encoding.UTF8.GetBytes(content)));
    }

    [Fact]
    public async Task A_playlist_hidden_behind_binary_bytes_does_not_pass_the_demuxer_list()
    {
        var target = clips.Moving("hidden.mp4", frames: 5);
        await ExpectAsync(MediaErrorKind.NotVideo, clips.Write("hidden.m3u8", Encoding.UTF8.GetBytes($"\u0001\n#EXTM3U\n#EXTINF:10,\n{target}\n")));
    }

    [Fact]
    public async Task A_pattern_of_names_is_a_name()
    {
        clips.Make("img001.png", "-f lavfi -i testsrc2=s=64x64 -frames:v 1");
        await ExpectAsync(MediaErrorKind.NotFound, clips.File("img%03d.png"));
    }

    [Theory]
    [InlineData("-y")]
    [InlineData("-i.mp4")]
    [InlineData("file:name.mp4")]
    [InlineData("concat:x|y")]
    [InlineData("a'b \"c\" $(d);e.mp4")]
    [InlineData("%03d.mp4")]
    public async Task A_strange_name_is_just_a_name(string name)
    {
        var source = clips.Moving("source.mp4", frames: 6);
        File.Copy(source, clips.File(name), overwrite: true);
        Assert.Equal(6, (await Clips.ReadAsync(clips.File(name))).Count);
    }

    [Fact]
    public async Task A_relative_name_that_begins_with_a_dash_is_read()
    {
        var source = clips.Moving("dash.mp4", frames: 6);
        File.Copy(source, clips.File("-dash.mp4"), overwrite: true);
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, clips.File("-dash.mp4"));
        Assert.Equal(6, (await Clips.ProbeAsync(relative)).FrameCount);
    }

    [Fact]
    public async Task Missing_empty_text_image_and_audio_each_have_an_answer()
    {
        await ExpectAsync(MediaErrorKind.NotFound, clips.File("nothing.mp4"));
        await ExpectAsync(MediaErrorKind.NotFound, Directory.CreateDirectory(clips.File("folder")).FullName);
        await ExpectAsync(MediaErrorKind.Empty, clips.Write("empty.mp4", []));
        await ExpectAsync(MediaErrorKind.NotVideo, clips.Write("text.mp4", "This is not a video.\n"u8));
        await ExpectAsync(MediaErrorKind.NotVideo, clips.Write("noise.mp4", [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * i * 7919 >> 3))]));
        await ExpectAsync(MediaErrorKind.NotVideo, Renamed(clips.Make("image.png", "-f lavfi -i testsrc2=s=64x64 -frames:v 1"), "image1.mp4"));
        await ExpectAsync(MediaErrorKind.NotVideo, Renamed(clips.Make("image.jpg", "-f lavfi -i testsrc2=s=64x64 -frames:v 1"), "image2.mp4"));
        await ExpectAsync(MediaErrorKind.NotVideo, Renamed(clips.Make("image.webp", "-f lavfi -i testsrc2=s=64x64 -frames:v 1"), "image3.mp4"));
        await ExpectAsync(MediaErrorKind.NoVideoStream, clips.Make("audio.mp4", "-f lavfi -i sine -t 1"));
        await ExpectAsync(MediaErrorKind.NoVideoStream, clips.Make("audio.mkv", "-f lavfi -i sine -t 1"));
    }

    [Fact]
    public async Task Devices_and_pipes_are_not_opened()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/dev/zero is a Linux path.");
        await ExpectAsync(MediaErrorKind.Empty, "/dev/zero");
    }

    [Fact]
    public async Task A_video_without_frames_is_empty()
    {
        // A fragmented file whose only fragment was never written: header, codec and size are there, pictures are not.
        var whole = clips.Make("fragments.mp4", "-f lavfi -i testsrc2=s=64x64:r=25 -frames:v 10 -c:v libx264 -movflags frag_keyframe+empty_moov");
        var bytes = File.ReadAllBytes(whole);
        var moof = bytes.AsSpan().IndexOf("moof"u8) - 4;
        await ExpectAsync(MediaErrorKind.Empty, clips.Write("frameless.mp4", bytes.AsSpan(0, moof)));
    }

    [Fact]
    public async Task Hdr_with_the_PQ_curve_is_refused_with_the_way_out()
    {
        var path = clips.Make("pq.mp4", "-f lavfi -i testsrc2=s=64x64 -frames:v 5 -pix_fmt yuv420p10le -c:v libx265 -x265-params log-level=none -color_trc smpte2084 -color_primaries bt2020 -colorspace bt2020nc");
        Assert.Contains("tonemap", (await ExpectAsync(MediaErrorKind.Unsupported, path)).Message, StringComparison.Ordinal);
    }

    private string Renamed(string path, string name)
    {
        File.Move(path, clips.File(name));
        return clips.File(name);
    }

    private static async Task<MediaException> ExpectAsync(MediaErrorKind kind, string path)
    {
        var e = await Assert.ThrowsAsync<MediaException>(() => Clips.ProbeAsync(path));
        Assert.True(kind == e.Kind, $"{path}: {e.Kind}: {e.Message}");
        return e;
    }
}
