namespace Sa2VA.Media.Tests;

public sealed class PictureFolderTests : IDisposable
{
    private readonly Clips _clips = new();

    public void Dispose() => _clips.Dispose();

    [Fact]
    public async Task A_folder_of_pictures_is_a_video_of_24_frames_a_second()
    {
        var folder = Jpegs("frames", 7);
        var info = await Clips.ProbeAsync(folder);
        Assert.Equal((160, 120, 7L, 24.0, "mjpeg"), (info.Width, info.Height, info.FrameCount, info.NominalRate, info.Codec));
        Assert.Equal(7 / 24.0, info.Duration, 9);
        Assert.Equal(5 / 24.0, info.Seconds(info.Frames.Pts(5)), 9);
        Assert.False(info.IsVariableRate);
    }

    [Fact]
    public async Task Every_frame_is_its_own_picture_whatever_is_read_before_it()
    {
        var folder = Jpegs("frames", 9);
        var whole = await Clips.ReadAsync(folder);
        Assert.Equal(Enumerable.Range(0, 9), whole.Select(f => f.Index));
        Assert.Equal(Enumerable.Range(0, 9).Select(i => (long)i), whole.Select(f => f.Pts));
        Assert.Equal(9, whole.Select(f => Convert.ToHexString(f.Pixels)).Distinct().Count());
        for (var i = 0; i < 9; i++)
        {
            using var alone = FramePictures.Read(Path.Combine(folder, $"{i:00000}.jpg"));
            Assert.Equal(alone.Pixels.ToArray(), whole[i].Pixels);
        }

        foreach (var options in (ReadOptions[])[new() { FirstFrame = 4 }, new() { FirstFrame = 1, Stride = 3 }, new() { Frames = [2, 3, 7] }])
        {
            var part = await Clips.ReadAsync(folder, options);
            Assert.Equal(options.Select(9), part.Select(f => f.Index));
            Assert.All(part, f => Assert.Equal(whole[f.Index].Pixels, f.Pixels));
        }
    }

    [Fact]
    public async Task Forty_frames_take_one_process()
    {
        var folder = Jpegs("frames", 40);
        var started = 0;
        var frames = await Clips.ReadAsync(folder, new ReadOptions { DecoderStarted = _ => started++ });
        Assert.Equal((40, 1), (frames.Count, started));
    }

    [Fact]
    public async Task Colours_come_out_as_they_went_in()
    {
        var folder = Folder("colour");
        _clips.Make("colour/0.jpg", "-f lavfi -i color=c=0xC81E3C:s=32x32 -frames:v 1 -q:v 1");
        var pixels = Assert.Single(await Clips.ReadAsync(folder)).Pixels;
        Assert.All(pixels.Chunk(3), p =>
        {
            Assert.InRange(p[0], 0xC8 - 3, 0xC8 + 3);
            Assert.InRange(p[1], 0x1E - 3, 0x1E + 3);
            Assert.InRange(p[2], 0x3C - 3, 0x3C + 3);
        });
    }

    [Fact]
    public async Task Kinds_and_colour_formats_may_mix()
    {
        var folder = Folder("mixed");
        _clips.Make("mixed/0.jpg", "-f lavfi -i testsrc2=s=64x48 -frames:v 1");
        _clips.Make("mixed/1.jpg", "-f lavfi -i testsrc2=s=64x48 -frames:v 1 -pix_fmt yuvj444p");
        _clips.Make("mixed/2.png", "-f lavfi -i testsrc2=s=64x48 -frames:v 1");
        _clips.Write("mixed/3.JPEG", GreyJpeg());
        var info = await Clips.ProbeAsync(folder);
        Assert.Equal("mjpeg,png", info.Codec);
        var frames = await Clips.ReadAsync(folder);
        Assert.Equal([0, 1, 2, 3], frames.Select(f => f.Index));
        Assert.Equal(PngReader.Read(Path.Combine(folder, "2.png")).Pixels, frames[2].Pixels);
        Assert.All(frames[3].Pixels, p => Assert.Equal(128 + 200 / 8, p));
        Assert.InRange(Difference(frames[0].Pixels, frames[2].Pixels), 0, 12);
        Assert.InRange(Difference(frames[1].Pixels, frames[2].Pixels), 0, 12);
    }

    [Fact]
    public async Task A_single_picture_is_a_video_of_one_frame()
    {
        var path = _clips.Make("one.jpg", "-f lavfi -i testsrc2=s=64x48 -frames:v 1");
        Assert.Equal(1, (await Clips.ProbeAsync(path)).FrameCount);
        using var picture = FramePictures.Read(path);
        Assert.Equal(picture.Pixels.ToArray(), Assert.Single(await Clips.ReadAsync(path)).Pixels);
        Assert.Equal([path], VideoFiles.Of(path));
    }

    [Fact]
    public async Task Other_files_hidden_files_and_folders_are_passed_over()
    {
        var folder = Jpegs("frames", 2);
        File.WriteAllText(Path.Combine(folder, "notes.txt"), "x");
        File.WriteAllBytes(Path.Combine(folder, "._00000.jpg"), [0, 5, 22, 7]);
        Directory.CreateDirectory(Path.Combine(folder, "more.jpg"));
        Assert.Equal(2, (await Clips.ReadAsync(folder)).Count);
        Assert.Equal(["00000.jpg", "00001.jpg"], VideoFiles.Of(folder).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_frame_of_another_size_is_named()
    {
        var folder = Jpegs("frames", 3);
        _clips.Make("frames/00002.jpg", "-f lavfi -i testsrc2=s=64x48 -frames:v 1");
        var e = await ExpectAsync(MediaErrorKind.Unsupported, () => Clips.ProbeAsync(folder));
        Assert.Contains("00002.jpg", e.Message, StringComparison.Ordinal);
        Assert.Contains("64x48", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(9)]
    public async Task A_frame_that_is_cut_off_is_named_and_those_before_it_are_delivered(int damaged)
    {
        var folder = Jpegs("frames", 10);
        var path = Path.Combine(folder, $"{damaged:00000}.jpg");
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^1500]);
        var read = new List<int>();
        var e = await ExpectAsync(MediaErrorKind.Damaged, () => ReadIntoAsync(folder, read));
        Assert.Contains(path, e.Message, StringComparison.Ordinal);
        Assert.Equal(damaged, e.Frame);
        Assert.Equal(Enumerable.Range(0, damaged), read);
    }

    [Fact]
    public async Task A_frame_that_vanishes_is_named()
    {
        var folder = Jpegs("frames", 3);
        var info = await Clips.ProbeAsync(folder);
        File.Delete(Path.Combine(folder, "00001.jpg"));
        var e = await ExpectAsync(MediaErrorKind.Damaged, async () =>
        {
            await foreach (var frame in VideoReader.ReadAsync(folder, info, new ReadOptions(), Clips.Token))
                frame.Dispose();
        });
        Assert.Contains("had 3 pictures", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_follows_a_picture_in_its_file_is_not_another_frame()
    {
        var folder = Jpegs("frames", 3);
        var path = Path.Combine(folder, "00001.jpg");
        var expected = (await Clips.ReadAsync(folder))[1].Pixels;
        File.WriteAllBytes(path, [.. File.ReadAllBytes(path), .. File.ReadAllBytes(Path.Combine(folder, "00000.jpg"))]);
        var frames = await Clips.ReadAsync(folder);
        Assert.Equal(3, frames.Count);
        Assert.Equal(expected, frames[1].Pixels);
    }

    [Fact]
    public async Task A_thumbnail_inside_a_picture_does_not_count()
    {
        var folder = Jpegs("frames", 2);
        var path = Path.Combine(folder, "00001.jpg");
        var expected = (await Clips.ReadAsync(folder))[1].Pixels;
        var thumbnail = File.ReadAllBytes(_clips.Make("thumbnail.jpg", "-f lavfi -i testsrc2=s=16x16 -frames:v 1"));
        var bytes = File.ReadAllBytes(path);
        byte[] segment = [0xFF, 0xE1, (byte)((thumbnail.Length + 2) >> 8), (byte)(thumbnail.Length + 2), .. thumbnail];
        File.WriteAllBytes(path, [.. bytes[..2], .. segment, .. bytes[2..]]);
        Assert.Equal((160, 120), FramePictures.Size(path));
        Assert.Equal(expected, (await Clips.ReadAsync(folder))[1].Pixels);
    }

    [Fact]
    public async Task Names_whose_order_is_in_doubt_are_refused()
    {
        var folder = Folder("numbers");
        _clips.Make("numbers/f2.jpg", "-f lavfi -i testsrc2=s=32x32 -frames:v 1");
        File.Copy(Path.Combine(folder, "f2.jpg"), Path.Combine(folder, "f10.jpg"));
        Assert.Contains("leading zeros", (await ExpectAsync(MediaErrorKind.Unsupported, () => Clips.ProbeAsync(folder))).Message, StringComparison.Ordinal);

        File.Move(Path.Combine(folder, "f10.jpg"), Path.Combine(folder, "f2.jpeg"));
        Assert.Contains("two pictures called 'f2'", (await ExpectAsync(MediaErrorKind.Unsupported, () => Clips.ProbeAsync(folder))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_without_pictures_and_text_named_like_a_picture_are_refused()
    {
        var folder = Folder("empty");
        Assert.Contains("without a JPEG or PNG", (await ExpectAsync(MediaErrorKind.NotFound, () => Clips.ProbeAsync(folder))).Message, StringComparison.Ordinal);
        _clips.Write("empty/0.jpg", "not a picture"u8);
        await ExpectAsync(MediaErrorKind.NotVideo, () => Clips.ProbeAsync(folder));
        _clips.Write("empty/0.jpg", []);
        await ExpectAsync(MediaErrorKind.Empty, () => Clips.ProbeAsync(folder));
        _clips.Write("empty/0.jpg", [0xFF, 0xD8, 0xFF, 0xE0, 0, 16, 1, 2]);
        await ExpectAsync(MediaErrorKind.Truncated, () => Clips.ProbeAsync(folder));
        _clips.Write("empty/0.jpg", [0xFF, 0xD8, 0xFF, 0xD9, 0, 16, 1, 2]);
        await ExpectAsync(MediaErrorKind.Damaged, () => Clips.ProbeAsync(folder));
    }

    [Fact]
    public async Task Limits_hold_for_pictures()
    {
        var folder = Jpegs("frames", 3);
        foreach (var limits in (MediaLimits[])[new() { MaxFrames = 2 }, new() { MaxPixels = 100 }, new() { MaxPictureBytes = 1000 }, new() { MaxFileBytes = 9000 }, new() { MaxDuration = TimeSpan.FromSeconds(0.1) }])
            await ExpectAsync(MediaErrorKind.LimitExceeded, () => Clips.ProbeAsync(folder, limits));
    }

    [Fact]
    public async Task Leaving_the_loop_ends_the_decoder()
    {
        var folder = Jpegs("frames", 40);
        var info = await Clips.ProbeAsync(folder);
        var process = 0;
        await foreach (var frame in VideoReader.ReadAsync(folder, info, new ReadOptions { DecoderStarted = id => process = id }, Clips.Token))
        {
            frame.Dispose();
            break;
        }

        Assert.NotEqual(0, process);
        Assert.Throws<ArgumentException>(() => System.Diagnostics.Process.GetProcessById(process));
    }

    [Fact]
    public void A_folder_is_called_by_its_name()
    {
        Assert.Equal("frames.v1", VideoFiles.NameOf(Folder("frames.v1") + Path.DirectorySeparatorChar));
        Assert.Equal("clip", VideoFiles.NameOf("videos/clip.mp4"));
        Assert.Equal("", VideoFiles.NameOf(""));
    }

    private string Folder(string name) => Directory.CreateDirectory(_clips.File(name)).FullName;

    private string Jpegs(string name, int count)
    {
        var folder = Folder(name);
        Clips.Ffmpeg(["-f", "lavfi", "-i", "testsrc2=s=160x120:r=25", "-frames:v", $"{count}", "-start_number", "0", Path.Combine(folder, "%05d.jpg")]);
        return folder;
    }

    /// <summary>64 x 48 pixels of one component, as cameras write black and white: the first block's mean is 200 / 8 above the middle, the others repeat it.</summary>
    private static byte[] GreyJpeg()
    {
        byte[] quantization = [0xFF, 0xDB, 0, 67, 0, .. Enumerable.Repeat((byte)1, 64)];
        byte[] frame = [0xFF, 0xC0, 0, 11, 8, 0, 48, 0, 64, 1, 1, 0x11, 0];
        byte[] means = [0xFF, 0xC4, 0, 21, 0x00, 1, 1, .. new byte[14], 0, 8];     // "0": no difference; "10": a difference of eight bits
        byte[] details = [0xFF, 0xC4, 0, 20, 0x10, 1, .. new byte[15], 0];         // "0": no details
        byte[] scan = [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0];
        var bits = "10" + "11001000" + "0" + string.Concat(Enumerable.Repeat("00", 47));
        bits = bits.PadRight((bits.Length + 7) / 8 * 8, '1');
        var data = Enumerable.Range(0, bits.Length / 8).Select(i => Convert.ToByte(bits.Substring(i * 8, 8), 2));
        return [0xFF, 0xD8, .. quantization, .. frame, .. means, .. details, .. scan, .. data, 0xFF, 0xD9];
    }

    private static double Difference(byte[] a, byte[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Average();

    private static async Task ReadIntoAsync(string folder, List<int> read)
    {
        var info = await Clips.ProbeAsync(folder);
        await foreach (var frame in VideoReader.ReadAsync(folder, info, new ReadOptions(), Clips.Token))
        {
            read.Add(frame.Index);
            frame.Dispose();
        }
    }

    private static async Task<MediaException> ExpectAsync(MediaErrorKind kind, Func<Task> action)
    {
        var e = await Assert.ThrowsAsync<MediaException>(action);
        Assert.True(kind == e.Kind, $"{e.Kind}: {e.Message}");
        return e;
    }
}
