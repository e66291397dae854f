using System.Text.Json;
using Sa2VA.Datasets;
using Sa2VA.Evaluation.Clips;
using Sa2VA.Evaluation.Tests.Metrics;
using Sa2VA.Media.Masks;

namespace Sa2VA.Evaluation.Tests.Clips;

public sealed class ClipTruthTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_clip_has_its_sentences_their_levels_and_masks()
    {
        var box = Picture.Box(6, 8, 1, 1, 3, 3);
        var path = Write(new
        {
            video = "shapes.mp4",
            size = new[] { 6, 8 },
            expressions = new object[]
            {
                new { id = "a", text = "the ball", level = "attribute", masks = new[] { box.Counts, null } },
                new { id = "b", text = "the cat", masks = new string?[] { null, null } },
            },
        });
        var clip = ClipTruth.Open(path);
        var video = Assert.Single(clip.Videos);
        Assert.Equal(("truth.json", "shapes", 8, 6, 2), (clip.Name, video.Id, video.Width, video.Height, video.FrameNames.Count));
        Assert.Equal(_folder.File("shapes.mp4"), video.Source);
        Assert.Equal([new ReferringExpression("a", "the ball", "attribute"), new ReferringExpression("b", "the cat", null, IsAbsent: true)], video.Expressions);
        Assert.Equal(box, video.Truth(video.Expressions[0], 0));
        Assert.Equal(RleCodec.Empty(6, 8), video.Truth(video.Expressions[0], 1));
        Assert.Contains("shapes.mp4", Assert.Throws<DatasetException>(() => video.ReadFrame(0)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_contradicts_itself_is_refused()
    {
        Refused("size", new { video = "a", size = new[] { 6 }, expressions = new[] { new { id = "a", text = "x", masks = new string?[] { null } } } });
        Refused("no expression", new { video = "a", size = new[] { 6, 8 }, expressions = Array.Empty<object>() });
        Refused("2 masks", new { video = "a", size = new[] { 6, 8 }, expressions = new[] { new { id = "a", text = "x", masks = new string?[1] }, new { id = "b", text = "x", masks = new string?[2] } } });
        Refused("'a'", new { video = "a", size = new[] { 6, 8 }, expressions = new[] { new { id = "a", text = "x", masks = new string?[1] }, new { id = "a", text = "y", masks = new string?[1] } } });
        Refused("truth.json", new { video = "a" });
        Assert.Contains("none.json", Assert.Throws<DatasetException>(() => ClipTruth.Open(_folder.File("none.json"))).Message, StringComparison.Ordinal);
    }

    private void Refused(string word, object content)
        => Assert.Contains(word, Assert.Throws<DatasetException>(() => ClipTruth.Open(Write(content))).Message, StringComparison.Ordinal);

    private string Write(object content)
    {
        File.WriteAllText(_folder.File("truth.json"), JsonSerializer.Serialize(content));
        return _folder.File("truth.json");
    }
}
