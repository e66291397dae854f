namespace Sa2VA.Media.Tests;

public sealed class PngTests(Clips clips) : IClassFixture<Clips>
{
    [Fact]
    public void What_is_written_is_read_back()
    {
        using var image = ResizeGoldenTests.Noise(37, 23);
        var rgb = Read(s => PngWriter.WriteRgb(s, image));
        Assert.Equal((37, 23, 3, false), (rgb.Width, rgb.Height, rgb.Channels, rgb.IsIndexed));
        Assert.True(image.Pixels.SequenceEqual(rgb.Pixels));

        var gray = image.Pixels[..(37 * 23)].ToArray();
        Assert.Equal(gray, Read(s => PngWriter.WriteGray(s, 37, 23, gray)).Pixels);

        var indexed = Read(s => PngWriter.WriteIndexed(s, 37, 23, gray));
        Assert.True(indexed.IsIndexed);
        Assert.Equal(gray, indexed.Pixels);
        Assert.Equal(ObjectPalette.Davis.ToArray(), indexed.Palette);
    }

    [Fact]
    public void The_palette_is_that_of_DAVIS()
    {
        (byte, byte, byte) Entry(int i) => (ObjectPalette.Davis[i * 3], ObjectPalette.Davis[i * 3 + 1], ObjectPalette.Davis[i * 3 + 2]);
        Assert.Equal([(0, 0, 0), (128, 0, 0), (0, 128, 0), (128, 128, 0), (0, 0, 128), (128, 0, 128), (0, 128, 128), (128, 128, 128), (64, 0, 0)],
            Enumerable.Range(0, 9).Select(Entry));
        Assert.Equal((224, 224, 192), Entry(255));
    }

    [Fact]
    public void Other_programs_read_our_files()
    {
        using var image = ResizeGoldenTests.Noise(51, 19);
        using (var file = File.Create(clips.File("ours.png")))
            PngWriter.WriteRgb(file, image);
        var raw = File.ReadAllBytes(clips.Make("ours.rgb", "-i @ours.png -pix_fmt rgb24 -f rawvideo"));
        Assert.True(image.Pixels.SequenceEqual(raw));
    }

    [Theory]
    [InlineData("rgb24", 3)]
    [InlineData("rgba", 4)]
    [InlineData("gray", 1)]
    [InlineData("ya8", 2)]
    [InlineData("rgb48be", 3)]
    [InlineData("gray16be", 1)]
    [InlineData("monob", 1)]
    [InlineData("pal8", 1)]
    public void We_read_other_programs_files(string format, int channels)
    {
        var path = clips.Make($"theirs_{format}.png", $"-f lavfi -i testsrc2=s=128x96,format=rgb24,scale=61:33 -frames:v 1 -pix_fmt {format} -pred mixed");
        var png = PngReader.Read(path);
        Assert.Equal((61, 33, channels, format == "pal8"), (png.Width, png.Height, png.Channels, png.IsIndexed));
        using var image = png.ToRgb();
        var raw = File.ReadAllBytes(clips.Make($"theirs_{format}.rgb", $"-i @theirs_{format}.png -pix_fmt rgb24 -f rawvideo"));
        Assert.InRange(image.Pixels.ToArray().Zip(raw, (a, b) => Math.Abs(a - b)).Max(), 0, 1);
    }

    [Fact]
    public void A_mask_is_whatever_is_not_black_or_one_entry_of_a_palette()
    {
        byte[] indices = [0, 1, 2, 1, 0, 2];
        var png = Read(s => PngWriter.WriteIndexed(s, 3, 2, indices));
        Assert.Equal([0, 1, 1, 1, 0, 1], png.ToMask());
        Assert.Equal([0, 0, 1, 0, 0, 1], png.ToMask(objectIndex: 2));
        Assert.Equal([0, 1, 1, 0], Read(s => PngWriter.WriteGray(s, 2, 2, [0, 255, 7, 0])).ToMask());
    }

    [Fact]
    public void Damaged_files_are_refused()
    {
        using var image = ResizeGoldenTests.Noise(30, 30);
        using var stream = new MemoryStream();
        PngWriter.WriteRgb(stream, image);
        var good = stream.ToArray();
        Expect(MediaErrorKind.Truncated, good[..(good.Length / 2)]);
        Expect(MediaErrorKind.Damaged, [.. good[..200], (byte)~good[200], .. good[201..]]);
        Expect(MediaErrorKind.Unsupported, [.. "GIF89a"u8]);
        Assert.Equal(MediaErrorKind.NotFound, Assert.Throws<MediaException>(() => PngReader.Read(clips.File("none.png"))).Kind);

        // An absurd size in the header is refused before anything is allocated for it.
        using var huge = new MemoryStream();
        PngWriter.WriteGray(huge, 1, 1, [0]);
        var bytes = huge.ToArray();
        bytes.AsSpan(16, 8).Fill(0x7F);
        var crc = Crc32.Finish(Crc32.Append(Crc32.Start, bytes.AsSpan(12, 17)));
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(29), crc);
        Expect(MediaErrorKind.LimitExceeded, bytes);
    }

    private static void Expect(MediaErrorKind kind, byte[] bytes) =>
        Assert.Equal(kind, Assert.Throws<MediaException>(() => PngReader.Read(bytes, "x.png")).Kind);

    private static PngImage Read(Action<Stream> write)
    {
        using var stream = new MemoryStream();
        write(stream);
        return PngReader.Read(stream.ToArray(), "x.png");
    }
}
