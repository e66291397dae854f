using Sa2VA.Media.Masks;

namespace Sa2VA.Datasets.Tests.Formats;

public sealed class RefCocoTests : IDisposable
{
    private readonly DatasetFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Images_are_videos_of_one_frame_and_sentences_are_expressions()
    {
        Write("refcoco", "refs(unc).p");
        var dataset = DatasetOpener.Open(_folder.At("refcoco"));

        Assert.Equal("refcoco/val", dataset.Name);
        Assert.Equal(["COCO_train2014_7", "COCO_train2014_3"], dataset.Videos.Select(v => v.Id));
        var image = dataset.Videos[0];
        Assert.Equal((6, 4, true), (image.Width, image.Height, image.HasTruth));
        Assert.Equal(["COCO_train2014_7"], image.FrameNames);
        Assert.Equal(
            [new ReferringExpression("100", "left thing"), new ReferringExpression("101", "the thing"), new ReferringExpression("103", "right one")],
            image.Expressions);
        var box = DatasetFolder.Mask("......", ".##...", ".##...", "......");
        Assert.Equal([box, box, DatasetFolder.Column(5)], image.Expressions.Select(e => image.Truth(e, 0)));
        Assert.Null(image.Foreground(0));
        Assert.Equal(_folder.At("refcoco", "coco2014", "train2014", "COCO_train2014_7.png"), image.Source);
        using var frame = image.ReadFrame(0);
        Assert.Equal(7, frame.Pixels[0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => image.Truth(image.Expressions[0], 1));
        Assert.Contains("no sentence 999", Refusal(() => image.Truth(new ReferringExpression("999", "x"), 0)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("refcoco+", "refs(unc).p", "refcoco+")]
    [InlineData("refcoco_plus", "refs(unc).p", "refcoco+")]
    [InlineData("refcocog", "refs(umd).p", "refcocog")]
    public void The_other_two_are_recognised(string folder, string refs, string name)
    {
        Write(folder, refs);
        Assert.Equal($"{name}/val", DatasetOpener.Open(_folder.At(folder)).Name);
        Assert.Equal($"{name}/testA", DatasetOpener.Open(_folder.At(folder), split: "testA").Name);
        Assert.Contains("It has: testA, train, val", Refusal(() => DatasetOpener.Open(_folder.At(folder), split: "test")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("images/mscoco/images/train2014")]
    [InlineData("coco2014/train2014")]
    public void Images_may_lie_above_the_set(string images)
    {
        Write("refcoco", "refs(unc).p");
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.At(images))!);
        Directory.Move(_folder.At("refcoco", "coco2014", "train2014"), _folder.At(images));
        using var frame = DatasetOpener.Open(_folder.At("refcoco")).Videos[0].ReadFrame(0);
        Assert.Equal(7, frame.Pixels[0]);
    }

    [Fact]
    public void Missing_images_and_images_of_another_size_are_named_and_truth_needs_none()
    {
        Write("refcoco", "refs(unc).p");
        _folder.Picture("refcoco/coco2014/train2014/COCO_train2014_7.png", 7, width: 5);
        Assert.Contains("is 5x4; the dataset says 6x4", Refusal(() => Image().ReadFrame(0)), StringComparison.Ordinal);
        Directory.Delete(_folder.At("refcoco", "coco2014"), recursive: true);
        Assert.Contains("COCO_train2014_7.png", Refusal(() => Image().ReadFrame(0)), StringComparison.Ordinal);
        Assert.Contains("COCO_train2014_7.png", Refusal(() => Image().Source), StringComparison.Ordinal);
        var image = Image();
        Assert.Equal(DatasetFolder.Column(5), image.Truth(image.Expressions[2], 0));

        ReferringVideo Image() => DatasetOpener.Open(_folder.At("refcoco")).Videos[0];
    }

    [Fact]
    public void Files_that_do_not_belong_together_are_refused()
    {
        Write("refcoco", "refs(unc).p");
        var text = File.ReadAllText(_folder.At("refcoco", "instances.json"));
        void Expect(string what) => Assert.Contains(what, Refusal(() => DatasetOpener.Open(_folder.At("refcoco"))), StringComparison.Ordinal);

        _folder.Write("refcoco/instances.json", text.Replace("\"id\":12", "\"id\":99", StringComparison.Ordinal));
        Expect("no annotation 12");
        _folder.Write("refcoco/instances.json", text.Replace("\"id\":7,", "\"id\":70,", StringComparison.Ordinal));
        Expect("no image 7");
        _folder.Write("refcoco/instances.json", text.Replace("COCO_train2014_7.png", "../7.png", StringComparison.Ordinal));
        Expect("a name without folders");
        _folder.Write("refcoco/instances.json", text[..^30]);
        Expect("instances.json' is cut off");
        _folder.Write("refcoco/instances.json", text.Replace("\"segmentation\":[[", "\"s\":[[", StringComparison.Ordinal));
        var image = DatasetOpener.Open(_folder.At("refcoco")).Videos[0];
        Assert.Contains("annotation 10: 'segmentation' is missing", Refusal(() => image.Truth(image.Expressions[0], 0)), StringComparison.Ordinal);
        File.Delete(_folder.At("refcoco", "instances.json"));
        Assert.Contains("not recognised", Refusal(() => DatasetOpener.Open(_folder.At("refcoco"))), StringComparison.Ordinal);
        Assert.Contains("no file", Refusal(() => DatasetOpener.Open(_folder.At("refcoco"), "refcoco")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("}", "holds no list")]
    [InlineData("]K\u0001a", "entry 0: a dict")]
    [InlineData("]}a", "entry 0: 'sentences'")]
    [InlineData("](S'sentences'\n]da", "'image_id'")]
    [InlineData("](S'sentences'\n]S'image_id'\nK\u0001S'ann_id'\nK\u0001da", "'split'")]
    [InlineData("](S'sentences'\n]K\u0001aS'image_id'\nK\u0001S'ann_id'\nK\u0001S'split'\nS'val'\nda", "a sentence is no dict")]
    [InlineData("]", "no split")]
    public void References_of_another_form_are_refused(string program, string what)
    {
        Write("refcoco", "refs(unc).p");
        _folder.Write("refcoco/refs(unc).p", PickleBytes.Program(program + "."));
        Assert.Contains(what, Refusal(() => DatasetOpener.Open(_folder.At("refcoco"))), StringComparison.Ordinal);
    }

    private static string Refusal(Func<object> action) => Assert.Throws<DatasetException>(action).Message;

    private static Dictionary<string, object?> Reference(int image, int annotation, string split, params (int Id, string Text)[] sentences) => new()
    {
        ["ref_id"] = annotation * 10, ["image_id"] = image, ["ann_id"] = annotation, ["split"] = split, ["category_id"] = 1,
        ["file_name"] = $"COCO_train2014_{image}_{annotation}.jpg",
        ["sentences"] = sentences.Select(s => (object?)new Dictionary<string, object?>
        {
            ["tokens"] = s.Text.Split(' '), ["raw"] = s.Text.ToUpperInvariant(), ["sent_id"] = s.Id, ["sent"] = s.Text,
        }).ToArray(),
    };

    private void Write(string folder, string refs)
    {
        _folder.Write($"{folder}/{refs}", PickleBytes.Of(new object?[]
        {
            Reference(7, 10, "val", (100, "left thing"), (101, "the thing")),
            Reference(5, 11, "train", (102, "unused")),
            Reference(7, 12, "val", (103, "right one")),
            Reference(3, 13, "val", (104, "it")),
            Reference(5, 11, "testA", (105, "again")),
        }));
        object Image(int id) => new { id, file_name = $"COCO_train2014_{id}.png", height = 4, width = 6, license = 1 };
        _folder.WriteJson($"{folder}/instances.json", new
        {
            info = new { year = 2014 },
            images = new[] { Image(3), Image(5), Image(7), Image(8) },
            annotations = new object[]
            {
                new { segmentation = new[] { new[] { 1.0, 1, 3, 1, 3, 3, 1, 3 } }, area = 4.0, iscrowd = 0, image_id = 7, bbox = new[] { 1, 1, 2, 2 }, category_id = 1, id = 10 },
                new { segmentation = Array.Empty<int>(), image_id = 5, id = 11 },
                new { segmentation = DatasetFolder.Json(DatasetFolder.Column(5)), image_id = 7, id = 12 },
                new { segmentation = new { size = new[] { 4, 6 }, counts = new[] { 24 } }, image_id = 3, id = 13 },
            },
            categories = new[] { new { id = 1, name = "thing" } },
        });
        foreach (var id in (int[])[3, 5, 7])
            _folder.Picture($"{folder}/coco2014/train2014/COCO_train2014_{id}.png", id);
    }
}
