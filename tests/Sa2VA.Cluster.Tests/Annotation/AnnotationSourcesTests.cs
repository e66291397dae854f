using System.Text.Json;
using Sa2VA.Cluster.Annotation.Sources;
using Sa2VA.Cluster.Exports;
using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Tests.Runs;
using Sa2VA.Media;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cluster.Tests.Annotation;

public sealed class AnnotationSourcesTests(AnnotationScene scene, RunSamples samples) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Palette_pictures_are_masks_by_the_names_of_the_frames()
    {
        WritePalettes(_folder.File("masks"));
        var video = Assert.Single(await AnnotationSources.ReadAsync(scene.Pictures, _folder.File("masks"), Stop).ToListAsync(Stop));
        await IsSceneAsync(video, [3, 7]);
        Assert.Equal(scene.Pictures, (await video.OpenAsync!(Stop)).Path);
    }

    [Fact]
    public async Task A_folder_as_DAVIS_is_unpacked_is_read_with_or_without_a_resolution()
    {
        foreach (var between in (string[])["", "480p"])
        {
            var root = _folder.File("davis" + between);
            WritePalettes(Path.Combine(root, "Annotations", between, "shapes"));
            var frames = Directory.CreateDirectory(Path.Combine(root, "JPEGImages", between, "shapes"));
            foreach (var file in Directory.GetFiles(scene.Pictures)) File.Copy(file, Path.Combine(frames.FullName, Path.GetFileName(file)));
            var video = Assert.Single(await AnnotationSources.ReadAsync([root], video: null, Stop).ToListAsync(Stop));
            Assert.Equal("shapes", video.Name);
            await IsSceneAsync(video, [3, 7]);
        }
    }

    [Fact]
    public async Task The_training_set_of_SA_V_has_masks_on_every_fourth_frame()
    {
        var folder = Directory.CreateDirectory(_folder.File("sav")).FullName;
        File.Copy(samples.Clip, Path.Combine(folder, "sav_000001.mp4"));
        var mask = RleCodec.Encode(Box(), 48, 64);
        var told = new
        {
            video_width = 64.0, video_height = 48.0, masklet_id = (int[])[0, 4],
            masklet = Enumerable.Range(0, 3).Select(step => (object?[])[new { size = (int[])[48, 64], counts = mask.Counts }, step == 1 ? null : new { size = (int[])[48, 64], counts = mask.Counts }]),
        };
        await File.WriteAllTextAsync(Path.Combine(folder, "sav_000001_manual.json"), JsonSerializer.Serialize(told), Stop);
        await File.WriteAllTextAsync(Path.Combine(folder, "sav_000001_auto.json"), "{}", Stop);
        var video = Assert.Single(await AnnotationSources.ReadAsync([folder], video: null, Stop).ToListAsync(Stop));
        Assert.Equal(("sav_000001", 64, 48), (video.Name, video.Width, video.Height));
        Assert.Equal([1, 5], video.Objects.Select(one => one.Id));
        var steps = await video.ReadAsync(Stop).ToListAsync(Stop);
        Assert.Equal([0, 4, 8], steps.Select(step => step.Frame));
        Assert.Equal([200, 0, 200], steps.Select(step => RleCodec.Area(step.Masks[1].Rle)));
        Assert.True(File.Exists((await video.OpenAsync!(Stop)).Path));
    }

    [Fact]
    public async Task Runs_in_a_folder_are_found_and_names_stay_apart()
    {
        foreach (var run in (string[])["one", "two"])
        {
            var folder = Directory.CreateDirectory(_folder.File("runs", run)).FullName;
            await File.WriteAllTextAsync(Path.Combine(folder, "masks.json"), """
                {"format":"sa2va-masks","version":1,"video":{"file":"a.b.mp4","width":64,"height":48,"frames":90,"timeBase":"1/25"},"objects":[],"complete":true,"frames":[]}
                """, Stop);
        }

        var videos = await AnnotationSources.ReadAsync([_folder.File("runs")], video: null, Stop).ToListAsync(Stop);
        Assert.Equal(["a.b", "a.b-2"], videos.Select(video => video.Name));
    }

    [Fact]
    public async Task What_is_none_of_these_is_refused_with_what_was_looked_for()
    {
        await Refused([_folder.FullPath], "Looked for masks.json");
        await Refused([_folder.File("nowhere")], "nowhere");
        WritePalettes(_folder.File("odd"));
        File.Move(_folder.File("odd", "00003.png"), _folder.File("odd", "x.png"));
        await RefusedMasks(scene.Pictures, _folder.File("odd"), "named like no frame");
        await RefusedMasks(samples.Clip, _folder.File("odd"), "named like no frame");
        File.Delete(_folder.File("odd", "x.png"));
        await RefusedMasks(samples.Clip, _folder.File("odd"), "480x270");
        Directory.CreateDirectory(_folder.File("none"));
        await RefusedMasks(scene.Pictures, _folder.File("none"), "no PNG");
        await using (var colours = File.Create(_folder.File("none", "00000.png")))
        {
            using var image = new RgbImage(480, 270);
            PngWriter.WriteRgb(colours, image);
        }

        await RefusedMasks(scene.Pictures, _folder.File("none"), "colours instead of numbers");
        var sav = Directory.CreateDirectory(_folder.File("sav")).FullName;
        foreach (var (text, words) in ((string, string)[])[("{", "not an annotation of SA-V"), ("{}", "'video_width' is no size"), ("{\"video_width\":64,\"video_height\":48,\"masklet_id\":[\"a\"]}", "'masklet_id' holds")])
        {
            await File.WriteAllTextAsync(Path.Combine(sav, "sav_000001_manual.json"), text, Stop);
            await Refused([sav], words);
        }
    }

    private async Task IsSceneAsync(ExportVideo video, int[] ids)
    {
        Assert.Equal(ids, video.Objects.Select(one => one.Id));
        var steps = await video.ReadAsync(Stop).ToListAsync(Stop);
        Assert.Equal(AnnotationScene.Frames, steps.Count);
        Assert.All(steps, step => Assert.Equal([scene.Mask(step.Frame, 1), scene.Mask(step.Frame, 2)], step.Masks.Select(mask => mask.Rle)));
    }

    /// <summary>The ball is 3, the square 7; the corner is of no interest.</summary>
    private void WritePalettes(string folder)
    {
        Directory.CreateDirectory(folder);
        for (var step = 0; step < AnnotationScene.Frames; step++)
        {
            var (ball, square) = (RleCodec.Decode(scene.Mask(step, 1)), RleCodec.Decode(scene.Mask(step, 2)));
            byte[] numbers = [.. ball.Zip(square, (a, b) => (byte)(a * 3 + b * 7))];
            numbers[0] = 255;
            using var file = File.Create(Path.Combine(folder, $"{step:00000}.png"));
            PngWriter.WriteIndexed(file, ShapesClip.Width, ShapesClip.Height, numbers);
        }
    }

    private static byte[] Box()
    {
        var mask = new byte[64 * 48];
        for (var y = 10; y < 20; y++) mask.AsSpan(y * 64 + 5, 20).Fill(1);
        return mask;
    }

    private static async Task Refused(IReadOnlyList<string> paths, string words) => Contains(await Assert.ThrowsAsync<ExportException>(async () => await AnnotationSources.ReadAsync(paths, video: null, Stop).ToListAsync(Stop)), words);

    private static async Task RefusedMasks(string video, string masks, string words) => Contains(await Assert.ThrowsAsync<ExportException>(async () => await AnnotationSources.ReadAsync(video, masks, Stop).ToListAsync(Stop)), words);

    private static void Contains(ExportException refusal, string words) => Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
}
