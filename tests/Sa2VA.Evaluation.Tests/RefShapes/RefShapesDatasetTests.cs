using Sa2VA.Datasets;
using Sa2VA.Evaluation.RefShapes;
using Sa2VA.Media;
using Sa2VA.Media.Masks;

namespace Sa2VA.Evaluation.Tests.RefShapes;

public sealed class RefShapesDatasetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("val", 64)]
    [InlineData("test", 120)]
    [InlineData("long", 6)]
    public void The_splits_are_there_without_a_folder(string split, int videos)
    {
        var dataset = new RefShapesDataset(split, _folder.File("cache"));
        Assert.Equal(($"ref-shapes/{split}", videos), (dataset.Name, dataset.Videos.Count));
        Assert.Equal(videos, dataset.Videos.Select(v => v.Id).Distinct().Count());
        Assert.False(Directory.Exists(_folder.File("cache")));
    }

    [Theory]
    [InlineData("train")]
    [InlineData("Val")]
    [InlineData("")]
    public void Other_splits_are_refused_with_those_there_are(string split)
        => Assert.Contains("val, test and long", Assert.Throws<DatasetException>(() => new RefShapesDataset(split, _folder.FullPath)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task The_file_shows_the_frames_that_the_truth_is_about()
    {
        var video = new RefShapesDataset("val", _folder.FullPath).Videos[3];
        var info = await MediaProbe.ProbeAsync(video.Source, MediaLimits.Default, TestContext.Current.CancellationToken);
        Assert.Equal((video.Width, video.Height, video.FrameNames.Count), (info.Width, info.Height, (int)info.FrameCount));
        await foreach (var frame in VideoReader.ReadAsync(video.Source, info, new ReadOptions { Frames = [0, video.FrameNames.Count - 1] }, TestContext.Current.CancellationToken))
        {
            using (frame)
            using (var drawn = video.ReadFrame(frame.Index))
            {
                var difference = Enumerable.Range(0, drawn.ByteCount).Average(i => Math.Abs(drawn.Pixels[i] - frame.Image.Pixels[i]));
                Assert.InRange(difference, 0, 6);
            }
        }
    }

    [Fact]
    public void Absent_expressions_and_no_others_have_empty_truth_all_along()
    {
        var video = new RefShapesDataset("val", _folder.FullPath).Videos[0];
        Assert.NotEmpty(video.Expressions);
        foreach (var expression in video.Expressions)
        {
            Assert.Equal(expression.IsAbsent, expression.Level == "absent");
            var areas = Enumerable.Range(0, video.FrameNames.Count).Select(frame => RleCodec.Area(video.Truth(expression, frame)));
            Assert.Equal(expression.IsAbsent, areas.All(area => area == 0));
        }
    }
}
