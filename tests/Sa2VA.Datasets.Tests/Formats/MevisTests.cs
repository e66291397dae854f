using Sa2VA.Media.Masks;

namespace Sa2VA.Datasets.Tests.Formats;

public sealed class MevisTests : IDisposable
{
    private readonly DatasetFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Videos_frames_expressions_and_masks_are_read()
    {
        WriteValidU();
        var dataset = DatasetOpener.Open(_folder.Root);

        Assert.Equal("mevis/valid_u", dataset.Name);
        Assert.Equal(["dogs", "cats"], dataset.Videos.Select(v => v.Id));
        var dogs = dataset.Videos[0];
        Assert.Equal((6, 4, true), (dogs.Width, dogs.Height, dogs.HasTruth));
        Assert.Equal(["00000", "00001", "00002"], dogs.FrameNames);
        Assert.Equal(
            [
                new ReferringExpression("0", "the dog that jumps"),
                new ReferringExpression("1", "both dogs", "plural"),
                new ReferringExpression("2", "the elephant", Level: null, IsAbsent: true),
                new ReferringExpression("3", "the green dog", "absent", IsAbsent: true),
            ],
            dogs.Expressions);
        Assert.Equal(
            [DatasetFolder.Column(0), DatasetFolder.Nothing, DatasetFolder.Column(2)],
            Enumerable.Range(0, 3).Select(i => dogs.Truth(dogs.Expressions[0], i)));
        Assert.Equal(["#....#", "....#.", "..##.."], Enumerable.Range(0, 3).Select(i => FirstRow(dogs.Truth(dogs.Expressions[1], i))));
        Assert.All(dogs.Expressions.Skip(2), absent => Assert.Equal(DatasetFolder.Nothing, dogs.Truth(absent, 1)));
        Assert.Null(dogs.Foreground(0));
    }

    [Fact]
    public async Task Frames_are_read_alone_and_in_a_row()
    {
        WriteValidU();
        var video = DatasetOpener.Open(_folder.Root).Videos[0];
        using (var frame = video.ReadFrame(2))
            Assert.All(frame.Pixels.ToArray(), b => Assert.Equal(2, b));
        var row = new List<byte>();
        await foreach (var frame in video.ReadFramesAsync([2, 0, 1], TestContext.Current.CancellationToken))
        {
            row.Add(frame.Pixels[0]);
            frame.Dispose();
        }

        Assert.Equal([2, 0, 1], row);
        Assert.Equal(_folder.At("valid_u", "JPEGImages", "dogs"), video.Source);
    }

    [Fact]
    public async Task Jpeg_frames_are_read_in_one_row_as_alone()
    {
        _folder.Jpegs("set/JPEGImages/v", 3);
        _folder.WriteJson("set/meta_expressions.json", Meta(("v", 3, new { _0 = new { exp = "it" } })));
        var video = Assert.Single(DatasetOpener.Open(_folder.At("set")).Videos);
        Assert.Equal((96, 64, false), (video.Width, video.Height, video.HasTruth));
        var index = 0;
        await foreach (var frame in video.ReadFramesAsync([0, 1, 2], TestContext.Current.CancellationToken))
        {
            using (frame)
            {
                using var alone = video.ReadFrame(index++);
                Assert.Equal(alone.Pixels.ToArray(), frame.Pixels.ToArray());
            }
        }

        Assert.Equal(3, index);
    }

    [Fact]
    public void A_split_may_be_opened_itself_or_chosen()
    {
        WriteValidU();
        _folder.WriteJson("test/meta_expressions_release.json", Meta(("v", 1, new { _0 = new { exp = "it" } })));
        Assert.Contains("several splits. Name one: test, valid_u", Refusal(() => DatasetOpener.Open(_folder.Root)), StringComparison.Ordinal);
        Assert.Contains("no split 'train'", Refusal(() => DatasetOpener.Open(_folder.Root, split: "train")), StringComparison.Ordinal);
        Assert.Equal("mevis/test", DatasetOpener.Open(_folder.Root, "MeViS", "test").Name);
        Assert.Equal("mevis/valid_u", DatasetOpener.Open(_folder.At("valid_u") + "/").Name);
        Assert.Equal("mevis/valid_u", DatasetOpener.Open(_folder.At("valid_u"), split: "valid_u").Name);
        Assert.Contains("is one split", Refusal(() => DatasetOpener.Open(_folder.At("valid_u"), split: "train")), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_masks_there_is_no_truth_and_without_pictures_there_still_is()
    {
        WriteValidU();
        Directory.Delete(_folder.At("valid_u", "JPEGImages"), recursive: true);
        var video = DatasetOpener.Open(_folder.Root).Videos[0];
        Assert.Equal((6, 4), (video.Width, video.Height));
        Assert.Equal(DatasetFolder.Column(0), video.Truth(video.Expressions[0], 0));
        Assert.Contains("00001", Refusal(() => video.ReadFrame(1)), StringComparison.Ordinal);
        Assert.Contains("JPEGImages", Refusal(() => video.Source), StringComparison.Ordinal);

        File.Delete(_folder.At("valid_u", "mask_dict.json"));
        video = DatasetOpener.Open(_folder.Root).Videos[0];
        Assert.False(video.HasTruth);
        Assert.Contains("not published", Refusal(() => video.Truth(video.Expressions[0], 0)), StringComparison.Ordinal);
        Assert.Contains("00000", Refusal(() => video.Width), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_frame_and_a_frame_of_another_size_are_named()
    {
        WriteValidU();
        File.Delete(_folder.At("valid_u", "JPEGImages", "dogs", "00001.png"));
        _folder.Picture("valid_u/JPEGImages/dogs/00002.png", 2, width: 3);
        var video = DatasetOpener.Open(_folder.Root).Videos[0];
        Assert.Contains("'00001' of video 'dogs'", Refusal(() => video.ReadFrame(1)), StringComparison.Ordinal);
        Assert.Contains("00002.png' is 3x4; video 'dogs' is 6x4", Refusal(() => video.ReadFrame(2)), StringComparison.Ordinal);
        Assert.Contains("frame '00001' is missing", Refusal(() => video.Source), StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => video.ReadFrame(3));
    }

    [Fact]
    public void A_folder_with_more_pictures_than_frames_is_no_source()
    {
        WriteValidU();
        _folder.Picture("valid_u/JPEGImages/dogs/00009.png", 9);
        var video = DatasetOpener.Open(_folder.Root).Videos[0];
        Assert.Contains("picture '00009'", Refusal(() => video.Source), StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_masks_are_named()
    {
        WriteValidU();
        var good = DatasetFolder.Json(DatasetFolder.Column(0));
        var video = () => DatasetOpener.Open(_folder.Root).Videos[0];
        void Masks(object? of10, object? of11) => _folder.WriteJson("valid_u/mask_dict.json", new Dictionary<string, object?> { ["10"] = of10, ["11"] = of11 });
        string Error(int expression, int frame) => Refusal(() => { var v = video(); return v.Truth(v.Expressions[expression], frame); });

        _folder.WriteJson("valid_u/mask_dict.json", new Dictionary<string, object?> { ["10"] = new[] { good, null, good } });
        Assert.Contains("no masks under '11'", Error(1, 0), StringComparison.Ordinal);
        Masks(new[] { good, null }, null);
        Assert.Contains("2 masks under '10', but video 'dogs' has 3 frames", Error(0, 0), StringComparison.Ordinal);
        Masks(new[] { DatasetFolder.Json(RleCodec.Empty(5, 5)), null, good }, null);
        Assert.Contains("5x5 where 6x4 is expected", Error(0, 0), StringComparison.Ordinal);
        Masks(new[] { new { size = new[] { 4, 6 }, counts = "3" }, good, good }, null);
        Assert.Contains("frame '00000'", Error(0, 0), StringComparison.Ordinal);
        Masks(new object[] { new { size = new[] { 4, 6 } }, good, good }, null);
        Assert.Contains("entry 0: 'counts' is missing", Error(0, 0), StringComparison.Ordinal);
        Masks(new object[] { good, 7, good }, null);
        Assert.Contains("entry 1: neither a mask nor null", Error(0, 0), StringComparison.Ordinal);
        Masks("text", null);
        Assert.Contains("masks '10': a list", Error(0, 0), StringComparison.Ordinal);
    }

    [Fact]
    public void One_expression_without_annotations_is_a_fault_and_all_are_no_truth()
    {
        WriteValidU();
        var text = File.ReadAllText(_folder.At("valid_u", "meta_expressions.json"));
        _folder.Write("valid_u/meta_expressions.json", text.Replace("\"anno_id\":[10]}", "\"anno\":[10]}", StringComparison.Ordinal));
        var video = DatasetOpener.Open(_folder.Root).Videos[0];
        Assert.True(video.HasTruth);
        Assert.Contains("'0' of video 'dogs' has no 'anno_id'", Refusal(() => video.Truth(video.Expressions[0], 0)), StringComparison.Ordinal);
        _folder.Write("valid_u/meta_expressions.json", text.Replace("\"anno_id\":", "\"anno\":", StringComparison.Ordinal));
        Assert.False(DatasetOpener.Open(_folder.Root).Videos[1].HasTruth);
    }

    [Fact]
    public void Files_that_are_cut_off_are_named()
    {
        WriteValidU();
        var masks = File.ReadAllText(_folder.At("valid_u", "mask_dict.json"));
        _folder.Write("valid_u/mask_dict.json", masks[..^20]);
        var video = DatasetOpener.Open(_folder.Root).Videos[0];
        Assert.Contains("mask_dict.json' is cut off", Refusal(() => video.Truth(video.Expressions[0], 0)), StringComparison.Ordinal);

        var meta = File.ReadAllText(_folder.At("valid_u", "meta_expressions.json"));
        _folder.Write("valid_u/meta_expressions.json", meta[..^2]);
        Assert.Contains("meta_expressions.json' is cut off", Refusal(() => DatasetOpener.Open(_folder.Root)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"frames": 3}""", "no object 'videos'")]
    [InlineData("""{"videos": {}}""", "lists no videos")]
    [InlineData("""{"videos": {"v": {"frames": ["0"]}}}""", "video 'v': 'expressions' is missing")]
    [InlineData("""{"videos": {"v": {"frames": "0", "expressions": {}}}}""", "'frames' is a text")]
    [InlineData("""{"videos": {"v": {"frames": [], "expressions": {}}}}""", "no frames")]
    [InlineData("""{"videos": {"v": {"frames": ["0", "0"], "expressions": {}}}}""", "frame '0' is listed twice")]
    [InlineData("""{"videos": {"v": {"frames": ["../0"], "expressions": {}}}}""", "'../0' cannot be the name")]
    [InlineData("""{"videos": {"/v": {"frames": ["0"], "expressions": {}}}}""", "'/v' cannot be the name")]
    [InlineData("""{"videos": {"v": {"frames": ["0"], "expressions": {"e": {}}}}}""", "expression 'e': 'exp' is missing")]
    [InlineData("""{"videos": {"v": {"frames": ["0"], "expressions": {"e": {"exp": "x", "anno_id": [[1]]}}}}}""", "'anno_id' holds a list")]
    [InlineData("""{"videos": {"v": {"frames": ["0"], "expressions": {"e": {"exp": "x", "type_id": 0.5}}}}}""", "'type_id' is 0.5")]
    [InlineData("""{"videos": {"v": {"frames": ["0"], "width": 0, "expressions": {}}}}""", "'width' is 0")]
    [InlineData("""{"videos": {"v": {"frames": ["0"], "expressions": {}}, "v": {"frames": ["0"], "expressions": {}}}}""", "'v' twice")]
    public void Expressions_of_another_form_are_refused_with_the_place(string json, string what)
    {
        _folder.Write("meta_expressions.json", json);
        var message = Refusal(() => DatasetOpener.Open(_folder.Root));
        Assert.Contains(what, message, StringComparison.Ordinal);
        Assert.Contains("meta_expressions.json", message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_dataset_is_told_what_was_looked_for()
    {
        var message = Refusal(() => DatasetOpener.Open(_folder.Root));
        Assert.All(DatasetFormats.Names, name => Assert.Contains($"{name}: ", message, StringComparison.Ordinal));
        Assert.Contains("Known are: mevis", Refusal(() => DatasetOpener.Open(_folder.Root, "coco")), StringComparison.Ordinal);
        Assert.Contains("no folder", Refusal(() => DatasetOpener.Open(_folder.At("nowhere"))), StringComparison.Ordinal);
        Assert.Contains("is not MeViS", Refusal(() => DatasetOpener.Open(_folder.Root, "mevis")), StringComparison.Ordinal);
    }

    private static string FirstRow(Rle rle) => string.Concat(RleCodec.Decode(rle).Take(rle.Width).Select(v => v == 0 ? '.' : '#'));

    private static string Refusal(Func<object> action) => Assert.Throws<DatasetException>(action).Message;

    private static object Meta(params (string Id, int Frames, object Expressions)[] videos) => new
    {
        videos = videos.ToDictionary(v => v.Id, v => (object)new { frames = DatasetFolder.FrameNames(v.Frames), expressions = v.Expressions }),
    };

    private void WriteValidU()
    {
        _folder.WriteJson("valid_u/meta_expressions.json", Meta(
            ("dogs", 3, new Dictionary<string, object>
            {
                ["0"] = new { exp = "the dog that jumps", obj_id = new[] { 1 }, anno_id = new[] { 10 } },
                ["1"] = new { exp = "both dogs", obj_id = new[] { 1, 2 }, anno_id = new[] { 10, 11 }, level = "plural" },
                ["2"] = new { exp = "the elephant", obj_id = Array.Empty<int>(), anno_id = Array.Empty<int>() },
                ["3"] = new { exp = "the green dog", anno_id = new[] { 10 }, level = "absent" },
            }),
            ("cats", 1, new Dictionary<string, object> { ["0"] = new { exp = "the cat", obj_id = new[] { 1 }, anno_id = new[] { 20 } } })));
        static object? Column(int x) => DatasetFolder.Json(DatasetFolder.Column(x));
        _folder.WriteJson("valid_u/mask_dict.json", new Dictionary<string, object>
        {
            ["10"] = new[] { Column(0), null, Column(2) },
            // As some tools write it: runs by column, not compressed.
            ["11"] = new[] { Column(5), new { size = new[] { 4, 6 }, counts = new[] { 16, 4, 4 } }, Column(3) },
            ["20"] = new[] { Column(1) },
        });
        _folder.Frames("valid_u/JPEGImages/dogs", 3);
        _folder.Frames("valid_u/JPEGImages/cats", 1);
    }
}
