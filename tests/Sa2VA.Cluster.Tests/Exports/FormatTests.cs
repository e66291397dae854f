using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;
using Sa2VA.Cluster.Exports;
using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Videos;
using Sa2VA.Media;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cluster.Tests.Exports;

public sealed class FormatTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Sample[] _samples = [new("one", 5), new("two", 11, frames: 4)];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_phrase_of_a_caption_is_an_expression_behind_the_questions()
    {
        var sample = _samples[0].Video;
        var captioned = sample with { Said = new VideoSayings([], new SaidCaption(0, "both", "both", Complete: true, Failure: null, [])) };
        Assert.Equal([3, 4, 1, 2], captioned.Objects.Select(captioned.NumberOf));
        Assert.Equal([0, 0, 1, 2], sample.Objects.Select(sample.NumberOf));
        Assert.Equal(["=<a & b>", "a unicorn", "the \"red\" ones, both (1)", "the \"red\" ones, both (2)"], captioned.Expressions.OrderBy(one => one.Key).Select(one => one.Value));
    }

    [Fact]
    public async Task A_video_that_is_nothing_but_words_is_in_exports_of_words_only()
    {
        var words = _samples[0].Video with { Name = "words", Objects = [], ReadAsync = _ => AsyncEnumerable.Empty<StoredStep>(), Said = new VideoSayings([new SaidAnswer(0, "Why?", "Because.", Complete: true, Failure: null, [])], Caption: null) };
        var summary = await Export.WriteAsync(ExportFormat.Csv, _folder.File("csv"), new[] { words, _samples[1].Video }.ToAsyncEnumerable(), progress: null, Stop);
        Assert.Equal(1, summary.Videos);
        var none = await Assert.ThrowsAsync<ExportException>(() => Export.WriteAsync(ExportFormat.Overlay, _folder.File("overlay"), new[] { words }.ToAsyncEnumerable(), progress: null, Stop));
        Assert.Contains("no video with masks", none.Message, StringComparison.Ordinal);
        await Export.WriteAsync(ExportFormat.Masks, _folder.File("masks"), new[] { words }.ToAsyncEnumerable(), progress: null, Stop);
        using var json = JsonDocument.Parse(await File.ReadAllBytesAsync(_folder.File("masks", "words", "masks.json"), Stop));
        Assert.Equal("Because.", json.RootElement.GetProperty("questions")[0].GetProperty("answer").GetString());
    }

    [Fact]
    public async Task Coco_has_an_image_per_frame_and_an_annotation_per_mask_with_pixels()
    {
        using var json = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(await ExportAsync(ExportFormat.Coco), "instances.json"), Stop));
        var images = json.RootElement.GetProperty("images").EnumerateArray().ToDictionary(image => image.GetProperty("id").GetInt64());
        Assert.Equal(_samples.Sum(sample => sample.Frames), images.Count);
        Assert.Equal("two/00005.jpg", images[_samples[0].Frames + 2].GetProperty("file_name").GetString());
        var categories = json.RootElement.GetProperty("categories").EnumerateArray().ToDictionary(one => one.GetProperty("id").GetInt64(), one => one.GetProperty("name").GetString());
        Assert.Equal(Sample.Expressions.Values, categories.Values);
        var annotations = json.RootElement.GetProperty("annotations").EnumerateArray().ToList();
        Assert.Equal(annotations.Count, annotations.Select(one => one.GetProperty("id").GetInt64()).Distinct().Count());
        var left = Masks().Where(mask => mask.Pixels.Contains((byte)1)).ToDictionary(mask => (mask.Sample.Video.Name, mask.Sample.FrameOf(mask.Step), mask.Id));
        foreach (var annotation in annotations)
        {
            var image = images[annotation.GetProperty("image_id").GetInt64()];
            Assert.True(left.Remove(
                (image.GetProperty("file_name").GetString()!.Split('/')[0], image.GetProperty("frame_index").GetInt32(), annotation.GetProperty("track_id").GetInt32()), out var mask));
            var runs = annotation.GetProperty("segmentation");
            Assert.Equal([Sample.Height, Sample.Width], runs.GetProperty("size").EnumerateArray().Select(side => side.GetInt32()));
            Assert.Equal(mask.Pixels, RleCodec.Decode(new Rle(Sample.Height, Sample.Width, runs.GetProperty("counts").GetString()!)));
            Assert.Equal(mask.Pixels.Count(pixel => pixel == 1), annotation.GetProperty("area").GetInt32());
            Assert.Equal(BoxOf(mask.Pixels), annotation.GetProperty("bbox").EnumerateArray().Select(side => side.GetInt32()));
            Assert.Equal(Sample.Expressions[mask.Id <= 2 ? 0 : mask.Id - 2], categories[annotation.GetProperty("category_id").GetInt64()]);
        }

        Assert.Empty(left);
    }

    [Fact]
    public async Task Csv_has_a_row_per_object_and_frame()
    {
        var rows = await File.ReadAllLinesAsync(Path.Combine(await ExportAsync(ExportFormat.Csv), "boxes.csv"), Stop);
        Assert.Equal("video,object,label,frame,pts,seconds,x,y,width,height,area,object_score,predicted_iou", rows[0]);
        Assert.Equal(Masks().Count() + 1, rows.Length);
        foreach (var (row, mask) in rows.Skip(1).Zip(Masks()))
        {
            var label = mask.Sample.Video.Objects[mask.Id - 1].Label.Replace("\"", "\"\"", StringComparison.Ordinal);
            var box = string.Join(',', BoxOf(mask.Pixels)?.Select(side => side.ToString(CultureInfo.InvariantCulture)) ?? ["", "", "", ""]);
            var frame = mask.Sample.FrameOf(mask.Step);
            Assert.Equal(
                string.Create(CultureInfo.InvariantCulture,
                    $"{mask.Sample.Video.Name},{mask.Id},\"{(label[0] == '=' ? "'" : "")}{label}\",{frame},{frame * 512},{frame / 12.0:0.######},{box},{mask.Pixels.Count(pixel => pixel == 1)},{mask.Id * 1.5f},0.25"),
                row);
        }
    }

    [Fact]
    public async Task Cvat_reads_back_as_the_masks()
    {
        var document = XDocument.Load(Path.Combine(await ExportAsync(ExportFormat.Cvat), "annotations.xml"));
        Assert.Equal(Sample.Expressions.Values, document.Descendants("label").Select(label => label.Element("name")!.Value));
        var images = document.Root!.Elements("image").ToList();
        Assert.Equal(Enumerable.Range(0, images.Count).Select(id => $"{id}"), images.Select(image => image.Attribute("id")!.Value));
        var found = images.SelectMany(image => image.Elements("mask").Select(mask => (image, mask))).ToList();
        var expected = Masks().Where(mask => mask.Pixels.Contains((byte)1)).ToList();
        Assert.Equal(expected.Count, found.Count);
        foreach (var (mask, (image, element)) in expected.Zip(found))
        {
            Assert.Equal($"{mask.Sample.Video.Name}/{mask.Sample.FrameOf(mask.Step):D5}.jpg", image.Attribute("name")!.Value);
            Assert.Equal(Sample.Expressions[mask.Id <= 2 ? 0 : mask.Id - 2], element.Attribute("label")!.Value);
            Assert.Equal(mask.Pixels, Decode(element));
        }
    }

    [Fact]
    public async Task Ref_youtube_vos_unites_what_a_sentence_means()
    {
        var folder = await ExportAsync(ExportFormat.RefYoutubeVos);
        foreach (var sample in _samples)
        {
            for (var step = 0; step < sample.Frames; step++)
            {
                for (var target = 0; target < 3; target++)
                {
                    var picture = PngReader.Read(Path.Combine(folder, "Annotations", sample.Video.Name, $"{target}", $"{sample.FrameOf(step):D5}.png"));
                    int[] ids = target == 0 ? [1, 2] : [target + 2];
                    var united = Enumerable.Range(0, Sample.Width * Sample.Height).Select(i => (byte)(ids.Any(id => sample.Mask(step, id)[i] == 1) ? 255 : 0));
                    Assert.Equal(1, picture.Channels);
                    Assert.Equal(united, picture.Pixels);
                }
            }
        }

        using var meta = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(folder, "meta_expressions.json"), Stop));
        var second = meta.RootElement.GetProperty("videos").GetProperty("two");
        Assert.Equal(Sample.Expressions.Values, second.GetProperty("expressions").EnumerateObject().Select(one => one.Value.GetProperty("exp").GetString()!));
        Assert.Equal(["00003", "00005", "00007", "00009"], second.GetProperty("frames").EnumerateArray().Select(one => one.GetString()!));
    }

    [Fact]
    public async Task Davis_numbers_objects_and_the_mask_video_shows_them_in_its_colours()
    {
        var pictures = await ExportAsync(ExportFormat.Davis);
        var videos = await ExportAsync(ExportFormat.MaskVideo);
        foreach (var sample in _samples)
        {
            var path = Path.Combine(videos, sample.Video.Name + ".mkv");
            var info = await MediaProbe.ProbeAsync(path, MediaLimits.Default, Stop);
            Assert.Equal((sample.Frames, Sample.Width, Sample.Height, "ffv1"), ((int)info.FrameCount, info.Width, info.Height, info.Codec));
            var step = 0;
            await foreach (var frame in VideoReader.ReadAsync(path, info, new ReadOptions(), Stop))
            {
                using (frame)
                {
                    var numbers = new byte[Sample.Width * Sample.Height];
                    for (byte id = 1; id <= 4; id++)
                    {
                        var mask = sample.Mask(step, id);
                        for (var i = 0; i < mask.Length; i++) numbers[i] = mask[i] == 1 ? id : numbers[i];
                    }

                    Assert.Equal(numbers, PngReader.Read(Path.Combine(pictures, "Annotations", sample.Video.Name, $"{sample.FrameOf(step):D5}.png")).Pixels);
                    Assert.Equal(numbers.SelectMany(number => ObjectPalette.Davis.Slice(number * 3, 3).ToArray()), frame.Image.Pixels.ToArray());
                    step++;
                }
            }
        }
    }

    [Fact]
    public async Task A_video_with_more_objects_than_a_palette_has_entries_is_refused_by_name()
    {
        var many = _samples[0].Video with { Objects = [.. Enumerable.Range(1, 255).Select(id => new ExportObject(id, id, "it", Answer: null, IsAbsent: false))] };
        var refused = await Assert.ThrowsAsync<ExportException>(() => Export.WriteAsync(ExportFormat.Davis, _folder.FullPath, Videos(many), progress: null, Stop));
        Assert.Equal("'one' has 255 objects, and a picture of this format holds 254. Export it as coco.", refused.Message);
    }

    internal static async IAsyncEnumerable<ExportVideo> Videos(params ExportVideo[] videos)
    {
        foreach (var video in videos)
        {
            await Task.Yield();
            yield return video;
        }
    }

    private async Task<string> ExportAsync(ExportFormat format)
    {
        var folder = Path.Combine(_folder.FullPath, format.ToString());
        var summary = await Export.WriteAsync(format, folder, Videos([.. _samples.Select(sample => sample.Video)]), progress: null, Stop);
        Assert.Equal((2, 0), (summary.Videos, summary.AlreadyThere));
        Assert.All(summary.Paths, path => Assert.True(Path.Exists(path)));
        Assert.DoesNotContain(Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories), path => path.EndsWith(".partial", StringComparison.Ordinal) || path.EndsWith(".jsonl", StringComparison.Ordinal));
        return folder;
    }

    private IEnumerable<(Sample Sample, int Step, int Id, byte[] Pixels)> Masks() =>
        from sample in _samples from step in Enumerable.Range(0, sample.Frames) from id in Enumerable.Range(1, 4) select (sample, step, id, sample.Mask(step, id));

    private static int[]? BoxOf(byte[] mask)
    {
        var set = Enumerable.Range(0, mask.Length).Where(i => mask[i] == 1).ToList();
        if (set.Count == 0) return null;
        var (left, top) = (set.Min(i => i % Sample.Width), set.Min(i => i / Sample.Width));
        return [left, top, set.Max(i => i % Sample.Width) - left + 1, set.Max(i => i / Sample.Width) - top + 1];
    }

    private static byte[] Decode(XElement mask)
    {
        var (left, top, width) = (Number("left"), Number("top"), Number("width"));
        var pixels = new byte[Sample.Width * Sample.Height];
        var (at, value) = (0, (byte)0);
        foreach (var run in mask.Attribute("rle")!.Value.Split(", ").Select(text => int.Parse(text, CultureInfo.InvariantCulture)))
        {
            for (var i = 0; i < run; i++, at++) pixels[(top + at / width) * Sample.Width + left + at % width] = value;
            value ^= 1;
        }

        Assert.Equal(width * Number("height"), at);
        return pixels;

        int Number(string name) => int.Parse(mask.Attribute(name)!.Value, CultureInfo.InvariantCulture);
    }
}
