using System.Globalization;
using System.Text;
using Sa2VA.Cluster.Exports;
using Sa2VA.Cluster.Exports.Sources;
using Sa2VA.Cluster.Results;
using Sa2VA.Media;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cluster.Tests.Exports;

public sealed class RunFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Masks_are_read_frame_by_frame_whatever_their_size()
    {
        // Frames of up to some hundred kilobytes: larger than any buffer to begin with.
        var sample = new Sample("clip", 5, frames: 40);
        Write("run", sample, pad: step => new string('x', step * step * 200));
        var video = Assert.Single(await ReadAsync("run"));
        Assert.Equal(("clip", Sample.Width, Sample.Height, "a/b/c/d"), (video.Name, video.Width, video.Height, video.Fingerprint));
        Assert.Equal(sample.Video.Objects.Select((one, i) => one with { Chain = Chain(i) }), video.Objects);
        Assert.Equal(Sample.Expressions, video.Expressions);
        for (var time = 0; time < 2; time++)
        {
            var step = 0;
            await foreach (var read in video.ReadAsync(Stop))
            {
                Assert.Equal((step, sample.FrameOf(step), 512L * sample.FrameOf(step)), (read.Step, read.Frame, read.Pts));
                for (var id = 1; id <= 4; id++)
                    Assert.Equal(sample.Mask(step, id), RleCodec.Decode(read.Masks[id - 1].Rle));
                step++;
            }

            Assert.Equal(40, step);
        }
    }

    [Fact]
    public async Task Videos_of_the_same_name_get_names_of_their_own()
    {
        foreach (var run in (string[])["a", "b", "c"]) Write(run, new Sample("clip", 5));
        Assert.Equal(["clip", "clip-2", "clip-3"], (await ReadAsync("a", "b", "c")).Select(video => video.Name));
    }

    [Theory]
    [InlineData("{}", "it has no frames.")]
    [InlineData("[1]", "it has no frames.")]
    [InlineData("{\"format\":\"sa2va-masks\",\"frames\":[]}", "version 0")]
    [InlineData("not json", "is not what 'sa2va run' writes")]
    [InlineData("", "is not what 'sa2va run' writes")]
    public async Task Something_else_is_an_error_that_names_the_file(string content, string why)
    {
        Directory.CreateDirectory(Path.Combine(_folder.FullPath, "run"));
        var path = Path.Combine(_folder.FullPath, "run", "masks.json");
        await File.WriteAllTextAsync(path, content, Stop);
        var refused = await Assert.ThrowsAsync<ExportException>(() => ReadAsync("run"));
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        Assert.Contains(path, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_was_cut_off_gives_the_frames_before_and_then_an_error()
    {
        var path = Write("run", new Sample("clip", 5, frames: 9));
        var text = await File.ReadAllTextAsync(path, Stop);
        await File.WriteAllTextAsync(path, text[..text.LastIndexOf("\"frame\":", StringComparison.Ordinal)], Stop);
        var video = Assert.Single(await ReadAsync("run"));
        var steps = 0;
        await Assert.ThrowsAsync<ExportException>(async () =>
        {
            await foreach (var _ in video.ReadAsync(Stop)) steps++;
        });
        Assert.Equal(8, steps);
    }

    [Fact]
    public async Task A_folder_without_results_is_an_error_that_says_what_to_name()
    {
        var refused = await Assert.ThrowsAsync<ExportException>(() => ReadAsync("nothing"));
        Assert.Contains("name the folder that 'sa2va run' wrote its results to", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Formats_that_show_the_video_say_so_when_it_is_not_known()
    {
        Write("run", new Sample("clip", 5));
        var refused = await Assert.ThrowsAsync<ExportException>(() => Export.WriteAsync(ExportFormat.Overlay, Path.Combine(_folder.FullPath, "out"), RunFolders.ReadAsync([Run("run")], video: null, Stop), progress: null, Stop));
        Assert.Equal("This format shows the video, and it is not known where 'clip' is. Name it with --video.", refused.Message);
    }

    [Fact]
    public async Task Cutouts_show_the_object_and_nothing_else()
    {
        var video = await MakeVideoAsync();
        var sample = new Sample("clip", 5);
        Write("run", sample);
        var output = Path.Combine(_folder.FullPath, "out");
        await Export.WriteAsync(ExportFormat.Cutouts, output, RunFolders.ReadAsync([Run("run")], video, Stop), progress: null, Stop);
        var info = await MediaProbe.ProbeAsync(video, MediaLimits.Default, Stop);
        var step = 0;
        await foreach (var frame in VideoReader.ReadAsync(video, info, new ReadOptions { FirstFrame = sample.FrameOf(0), Stride = 2, LastFrame = sample.FrameOf(sample.Frames - 1) }, Stop))
        {
            using (frame)
            {
                for (var id = 1; id <= 4; id++)
                {
                    var picture = PngReader.Read(Path.Combine(output, "clip", $"{id}", $"{frame.Index:D5}.png"));
                    var mask = sample.Mask(step, id);
                    Assert.Equal(mask.SelectMany((set, i) => set == 1 ? [.. frame.Image.Pixels.Slice(i * 3, 3), (byte)255] : new byte[4]), picture.Pixels);
                }

                step++;
            }
        }

        Assert.Equal(sample.Frames, step);
    }

    [Fact]
    public async Task Another_video_than_the_one_that_was_tracked_is_refused()
    {
        var video = await MakeVideoAsync(frames: 9);
        Write("run", new Sample("clip", 5));
        var refused = await Assert.ThrowsAsync<ExportException>(() => Export.WriteAsync(ExportFormat.Overlay, Path.Combine(_folder.FullPath, "out"), RunFolders.ReadAsync([Run("run")], video, Stop), progress: null, Stop));
        Assert.Contains("it is not the video that was tracked", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_folder.FullPath, "out"), "*.mp4*"));
    }

    private string Run(string name) => Path.Combine(_folder.FullPath, name);

    private async Task<List<ExportVideo>> ReadAsync(params string[] runs)
    {
        var videos = new List<ExportVideo>();
        await foreach (var video in RunFolders.ReadAsync([.. runs.Select(Run)], video: null, Stop)) videos.Add(video);
        return videos;
    }

    private string Write(string run, Sample sample, Func<int, string>? pad = null)
    {
        Directory.CreateDirectory(Run(run));
        var json = new StringBuilder("{\"format\":\"sa2va-masks\",\"version\":1,\"video\":{\"file\":\"clip.mp4\",\"width\":37,\"height\":23,\"frames\":30,\"timeBase\":\"1/12288\"},\"objects\":[");
        json.AppendJoin(',', sample.Video.Objects.Select((one, i) => System.Text.Json.JsonSerializer.Serialize(new
        {
            id = one.Id, target = one.Target, label = one.Label, answer = one.Answer, absent = one.IsAbsent, sha256Chain = Chain(i),
        })));
        json.Append("],\"complete\":true,\"frames\":[");
        json.AppendJoin(',', Enumerable.Range(0, sample.Frames).Select(step => string.Create(CultureInfo.InvariantCulture,
            $"{{\"frame\":{sample.FrameOf(step)},\"pad\":\"{pad?.Invoke(step)}\",\"pts\":{sample.FrameOf(step) * 512},\"seconds\":{sample.FrameOf(step) / 12.0},\"masks\":[{string.Join(',', Enumerable.Range(1, 4).Select(id => Mask(sample, step, id)))}]}}")));
        json.Append("]}");
        var path = Path.Combine(Run(run), "masks.json");
        File.WriteAllText(path, json.ToString());
        return path;
    }

    private static string Chain(int index) => ((char)('a' + index)).ToString();

    private static string Mask(Sample sample, int step, int id) => System.Text.Json.JsonSerializer.Serialize(new
    {
        @object = id, segmentation = new { size = (int[])[Sample.Height, Sample.Width], counts = RleCodec.Encode(sample.Mask(step, id), Sample.Height, Sample.Width).Counts },
        area = 1, objectScore = 1.5f, predictedIou = 0.5f,
    });

    private async Task<string> MakeVideoAsync(int frames = 30)
    {
        var path = Path.Combine(_folder.FullPath, "video.mkv");
        await using var writer = MaskVideoWriter.Start(path, Sample.Width, Sample.Height, 12, MediaLimits.Default);
        for (var frame = 0; frame < frames; frame++)
            await writer.WriteAsync(Enumerable.Range(0, Sample.Width * Sample.Height).Select(i => (byte)(i * 7 + frame)).ToArray(), Stop);
        await writer.CompleteAsync(Stop);
        return path;
    }
}
