using Sa2VA.Datasets.RefShapes;
using Sa2VA.Media;

namespace Sa2VA.Datasets.Tests.RefShapes;

public sealed class DocumentationPictureTests
{
    /// <summary>Set to 1 to draw docs/images/ref-shapes.png anew.</summary>
    private const string Update = "SA2VA_UPDATE_SAMPLES";

    private const int Cells = 12;

    [Fact]
    public void The_picture_in_the_documentation_shows_the_benchmark_of_today()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable(Golden.Variable) is null, "The repository is found through its own golden folder.");
        var path = Path.Combine(Path.GetDirectoryName(Golden.Root)!, "..", "docs", "images", "ref-shapes.png");
        using var drawn = Draw();
        if (Environment.GetEnvironmentVariable(Update) == "1")
        {
            using var file = File.Create(path);
            PngWriter.WriteRgb(file, drawn);
        }

        using var shipped = PngReader.Read(path).ToRgb();
        Assert.Equal((drawn.Width, drawn.Height), (shipped.Width, shipped.Height));
        Assert.True(drawn.Pixels.SequenceEqual(shipped.Pixels), $"The picture is of another version of the benchmark; {Update}=1 draws it anew.");
        Assert.InRange(new FileInfo(path).Length, 10_000, 300_000);
    }

    /// <summary>A video for each cell, a level after the other, with what the sentence means in a frame of white.</summary>
    private static RgbImage Draw()
    {
        using var sheet = new ContactSheet(4, RefShapesVideo.FrameWidth);
        var levels = Enum.GetValues<RefShapesLevel>();
        for (var (index, cell) = (0, 0); cell < Cells; index++)
        {
            var video = RefShapesVideo.Create(RefShapesSplit.Val, 0, index);
            // Longer sentences would be cut off.
            if (video.Expressions.FirstOrDefault(e => e.Level == levels[cell % levels.Length] && (e.Text.Length <= 32 || e.Level == RefShapesLevel.Long)) is not { } expression)
                continue;
            using var picture = Picture(video, expression);
            sheet.Add(picture, [], expression.Text);
            cell++;
        }

        return sheet.Render();
    }

    private static RgbImage Picture(RefShapesVideo video, RefShapesExpression expression)
    {
        var owners = new byte[video.Width * video.Height];
        var mask = new byte[owners.Length];
        var best = (Frame: 0, Area: -1);
        var picture = new RgbImage(video.Width, video.Height);
        for (var frame = 0; frame < video.FrameCount; frame++)
        {
            video.Render(frame, picture.Pixels, owners);
            // The frame in which the most is seen: of what is meant, or of anything.
            var pixels = video.VisiblePixels(owners);
            var area = expression.Objects.Count > 0 ? expression.Objects.Min(i => pixels[i]) : pixels.Sum();
            if (area > best.Area) best = (frame, area);
        }

        video.Render(best.Frame, picture.Pixels, owners);
        video.Mask(expression, owners, mask);
        // Five bits a channel look the same and take half the space.
        foreach (ref var value in picture.Pixels) value = (byte)(value & 0xF8);
        for (var y = 2; y < video.Height - 2; y++)
        {
            for (var x = 2; x < video.Width - 2; x++)
            {
                if (mask[y * video.Width + x] == 0 && Near(mask, x, y)) picture.Row(y).Slice(x * 3, 3).Fill(255);
            }
        }

        return picture;
    }

    private static bool Near(byte[] mask, int x, int y)
    {
        for (var dy = -2; dy <= 2; dy++)
        {
            for (var dx = -2; dx <= 2; dx++)
            {
                if (mask[(y + dy) * RefShapesVideo.FrameWidth + x + dx] != 0) return true;
            }
        }

        return false;
    }
}
