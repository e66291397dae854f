using Sa2VA.Media;
using Sa2VA.Media.Masks;

namespace Sa2VA.Datasets.Tests.Formats;

public sealed class ReasonSegTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_question_its_target_and_what_is_not_scored_are_read()
    {
        Write("val", "b", """
            {"text": ["the thing that keeps time", "a clock"], "is_sentence": true, "shapes": [
            {"label": "ignore", "points": [[8, 4], [12, 4], [12, 9], [8, 9]]},
            {"label": "target", "points": [[2, 2], [15.7, 2], [15.2, 10], [2, 10]]}]}
            """);
        Write("val", "a", """{"text": ["door"], "is_sentence": false, "shapes": []}""");
        var dataset = DatasetOpener.Open(_folder.FullPath);
        Assert.Equal("reasonseg/val", dataset.Name);
        Assert.Equal(["a", "b"], dataset.Videos.Select(video => video.Id));
        var video = dataset.Videos[1];
        var question = Assert.Single(video.Expressions);
        Assert.Equal(("the thing that keeps time", "long", false), (question.Text, question.Level, question.IsAbsent));
        Assert.Equal("short", dataset.Videos[0].Expressions[0].Level);
        Assert.Equal((24, 16), (video.Width, video.Height));

        var (truth, ignored) = (RleCodec.Decode(video.Truth(question, 0)), RleCodec.Decode(video.Ignored(question, 0)!));
        for (var y = 0; y < 16; y++)
        {
            for (var x = 0; x < 24; x++)
            {
                var isIgnored = x is >= 8 and <= 12 && y is >= 4 and <= 9;
                Assert.Equal(isIgnored, ignored[y * 24 + x] == 1);
                Assert.Equal(!isIgnored && x is >= 2 and <= 15 && y is >= 2 and <= 10, truth[y * 24 + x] == 1);
            }
        }
    }

    [Fact]
    public void Slanted_polygons_have_every_pixel_whose_middle_is_inside_and_none_that_is_far_from_them()
    {
        var random = new Random(3);
        for (var round = 0; round < 200; round++)
        {
            List<(int X, int Y)> corners = [.. Enumerable.Range(0, random.Next(3, 8)).Select(_ => (random.Next(-5, 45), random.Next(-5, 35)))];
            var pixels = new byte[40 * 30];
            DrawnPolygon.Fill(pixels, 30, 40, corners, 1);
            for (var y = 0; y < 30; y++)
            {
                for (var x = 0; x < 40; x++)
                {
                    var distance = Distance(corners, x, y);
                    if (distance > 0.01 && IsInside(corners, x, y)) Assert.Equal(1, pixels[y * 40 + x]);
                    if (distance > 0.75 && !IsInside(corners, x, y)) Assert.Equal(0, pixels[y * 40 + x]);
                }
            }
        }
    }

    [Theory]
    [InlineData("""{"text": [], "shapes": []}""", "'text' is empty")]
    [InlineData("""{"text": ["x"]}""", "'shapes' is missing")]
    [InlineData("""{"text": ["x"], "shapes": [{"label": "target", "points": [[1]]}]}""", "a point is [1], not [x, y]")]
    [InlineData("nonsense", "is cut off or is no JSON")]
    public void Damage_is_told_with_the_file(string content, string why)
    {
        Write("test", "x", content);
        var refused = Assert.Throws<DatasetException>(() => DatasetOpener.Open(_folder.FullPath, "reasonseg"));
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        Assert.Contains("x.json", refused.Message, StringComparison.Ordinal);
    }

    private void Write(string split, string name, string json)
    {
        Directory.CreateDirectory(_folder.File(split));
        File.WriteAllText(Path.Combine(_folder.File(split), name + ".json"), json);
        using var image = new RgbImage(24, 16);
        using var file = File.Create(Path.Combine(_folder.File(split), name + ".jpg"));
        // Pictures are told by their content.
        PngWriter.WriteRgb(file, image);
    }

    private static bool IsInside(List<(int X, int Y)> corners, int x, int y)
    {
        var inside = false;
        for (var i = 0; i < corners.Count; i++)
        {
            var (a, b) = (corners[i], corners[(i + 1) % corners.Count]);
            if (a.Y > y != b.Y > y && x < a.X + (y - a.Y) * (double)(b.X - a.X) / (b.Y - a.Y)) inside = !inside;
        }

        return inside;
    }

    private static double Distance(List<(int X, int Y)> corners, int x, int y) => corners.Select((a, i) =>
    {
        var b = corners[(i + 1) % corners.Count];
        var (dx, dy) = ((double)b.X - a.X, (double)b.Y - a.Y);
        var along = dx == 0 && dy == 0 ? 0 : Math.Clamp(((x - a.X) * dx + (y - a.Y) * dy) / (dx * dx + dy * dy), 0, 1);
        return Math.Sqrt(Math.Pow(x - a.X - along * dx, 2) + Math.Pow(y - a.Y - along * dy, 2));
    }).Min();
}
