namespace Sa2VA.Media.Tests;

public sealed class OverlayTests(Clips clips) : IClassFixture<Clips>
{
    [Fact]
    public async Task An_overlay_has_every_frame_at_its_time_in_the_objects_colour()
    {
        var path = clips.File("overlay.mp4");
        await using (var writer = OverlayWriter.Start(path, 161, 121, 25, MediaLimits.Default))
        {
            for (var i = 0; i < 20; i++)
            {
                using var frame = Gray(161, 121);
                await writer.WriteAsync(frame, 3 + i / 25.0, [Square(161, 121, place: 1)], Clips.Token);
            }

            Assert.False(File.Exists(path));
            await writer.CompleteAsync(Clips.Token);
        }

        var info = await Clips.ProbeAsync(path);
        Assert.Equal((162, 122, 20L, "h264", "yuv420p"), (info.Width, info.Height, info.FrameCount, info.Codec, info.PixelFormat));
        Assert.Equal(0.8, info.Duration, 2);
        var frames = await Clips.ReadAsync(path);
        var (r, g, b) = ObjectPalette.Tint(1);
        var inside = frames[10].Pixels.AsSpan((50 * 162 + 60) * 3, 3).ToArray();
        Assert.True(inside[2] > inside[0] + 40, $"Tinted {r},{g},{b}, found {string.Join(',', inside)}.");
        var outside = frames[10].Pixels.AsSpan((10 * 162 + 10) * 3, 3).ToArray();
        Assert.All(outside, v => Assert.InRange(v, 120, 136));
        Assert.False(File.Exists(path + ".partial"));
        var head = File.ReadAllBytes(path).AsSpan();
        Assert.True(head.IndexOf("moov"u8) < head.IndexOf("mdat"u8), "The index should come before the pictures.");
    }

    [Fact]
    public async Task A_variable_rate_keeps_its_timing()
    {
        var path = clips.File("variable.mp4");
        await using (var writer = OverlayWriter.Start(path, 64, 48, 25, MediaLimits.Default))
        {
            foreach (var seconds in (double[])[0, 0.04, 0.08, 1.0, 1.04, 1.05, 100])
            {
                using var frame = Gray(64, 48);
                await writer.WriteAsync(frame, seconds, [], Clips.Token);
            }

            Assert.Equal(7, writer.FramesWritten);
            await writer.CompleteAsync(Clips.Token);
        }

        // One second with the gap filled, two more, a pause shortened to ten seconds, the last.
        Assert.InRange((await Clips.ProbeAsync(path)).FrameCount, 28 + 248, 28 + 252);
    }

    [Fact]
    public async Task A_place_that_cannot_be_written_is_an_error_that_names_it()
    {
        var path = clips.File(Path.Combine("no", "such", "folder.mp4"));
        await using var writer = OverlayWriter.Start(path, 640, 480, 25, MediaLimits.Default);
        var e = await Assert.ThrowsAsync<MediaException>(async () =>
        {
            for (var i = 0; i < 50; i++)
            {
                using var frame = Gray(640, 480);
                await writer.WriteAsync(frame, i / 25.0, [], Clips.Token);
            }

            await writer.CompleteAsync(Clips.Token);
        });
        Assert.Equal(MediaErrorKind.ToolFailed, e.Kind);
        Assert.Contains("folder.mp4", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_abandoned_overlay_leaves_nothing()
    {
        var path = clips.File("abandoned.mp4");
        await using (var writer = OverlayWriter.Start(path, 64, 48, 25, MediaLimits.Default))
        {
            using var frame = Gray(64, 48);
            await writer.WriteAsync(frame, 0, [], Clips.Token);
        }

        Assert.Empty(Directory.GetFiles(clips.Folder, "abandoned*"));
    }

    [Fact]
    public void A_tint_colours_the_mask_and_nothing_else()
    {
        using var frame = Gray(40, 30);
        MaskTint.Apply(frame, [Square(40, 30, place: 0)]);
        var tint = ObjectPalette.Tint(0);
        Assert.Equal([tint.R, tint.G, tint.B], frame.Pixels.Slice((7 * 40 + 10) * 3, 3).ToArray());   // the border
        var inside = frame.Pixels.Slice((15 * 40 + 20) * 3, 3).ToArray();
        Assert.True(inside[0] > 128 && inside[0] < tint.R && inside[1] < 128);
        Assert.Equal([128, 128, 128], frame.Pixels[..3].ToArray());
        Assert.Throws<ArgumentException>(() => MaskTint.Apply(frame, [new ObjectMask(0, "x", new byte[5])]));
    }

    [Fact]
    public void Text_is_drawn_and_shortened_to_its_room()
    {
        using var image = Gray(200, 40);
        BitmapFont.Draw(image, "Hi", 0, 0, 1, (255, 255, 255));
        // H: two full columns and a bar between them.
        for (var y = 0; y < 7; y++)
        {
            var row = Enumerable.Range(0, 5).Select(x => image.Pixels[(y * 200 + x) * 3] == 255);
            Assert.Equal(y == 3 ? [true, true, true, true, true] : [true, false, false, false, true], row);
        }

        Assert.Equal("a short one", Legend.Fit("a \n short\tone", 200, 1));
        var fitted = Legend.Fit(new string('w', 300), 100, 1);
        Assert.EndsWith("..", fitted, StringComparison.Ordinal);
        Assert.InRange(BitmapFont.Measure(fitted, 1), 80, 100);
    }

    [Fact]
    public void A_sheet_shows_frames_spread_over_the_video()
    {
        Assert.Equal([0, 3, 6, 9], ContactSheet.Spread(10, 4));
        Assert.Equal([0, 1], ContactSheet.Spread(2, 4));
        Assert.Equal([0], ContactSheet.Spread(1, 4));
        using var sheet = new ContactSheet(columns: 2, cellWidth: 100);
        Assert.Throws<InvalidOperationException>(sheet.Render);
        for (var i = 0; i < 3; i++)
        {
            using var frame = Gray(200, 100);
            sheet.Add(frame, [Square(200, 100, place: 0), Square(200, 100, place: 2)], $"frame {i}");
        }

        using var image = sheet.Render();
        Assert.Equal(2 * 106 + 6, image.Width);
        Assert.InRange(image.Height, 2 * 66, 2 * 66 + 60);
        var swatch = ObjectPalette.Tint(2);
        Assert.True(image.Pixels.IndexOf([swatch.R, swatch.G, swatch.B]) > 0);
    }

    private static RgbImage Gray(int width, int height)
    {
        var image = new RgbImage(width, height);
        image.Pixels.Fill(128);
        return image;
    }

    private static ObjectMask Square(int width, int height, int place)
    {
        var mask = new byte[width * height];
        for (var y = height / 4; y < height * 3 / 4; y++)
            mask.AsSpan(y * width + width / 4, width / 2).Fill(1);
        return new ObjectMask(place, "a grey square", mask);
    }
}
