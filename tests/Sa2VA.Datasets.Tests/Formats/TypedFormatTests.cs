namespace Sa2VA.Datasets.Tests.Formats;

public sealed class TypedFormatTests : IDisposable
{
    private readonly DatasetFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("revos/JPEGImages")]
    [InlineData("revos")]
    public void Revos_has_nested_videos_types_and_a_foreground(string frames)
    {
        WriteRevos();
        _folder.Frames($"{frames}/set/one", 2);
        var dataset = DatasetOpener.Open(_folder.At("revos"));

        Assert.Equal("revos/valid", dataset.Name);
        var video = Assert.Single(dataset.Videos);
        Assert.Equal(("set/one", 6, 4), (video.Id, video.Width, video.Height));
        Assert.Equal(["referring", "reasoning", "absent", "type 7"], video.Expressions.Select(e => e.Level));
        Assert.Equal([false, false, true, false], video.Expressions.Select(e => e.IsAbsent));
        Assert.Equal(DatasetFolder.Column(1), video.Truth(video.Expressions[0], 0));
        Assert.Equal(DatasetFolder.Nothing, video.Truth(video.Expressions[2], 0));
        Assert.Equal(DatasetFolder.Mask(".##...", ".##...", ".##...", ".##..."), video.Foreground(0));
        Assert.Equal(DatasetFolder.Nothing, video.Foreground(1));
        using var frame = video.ReadFrame(1);
        Assert.Equal(1, frame.Pixels[0]);
        Assert.Equal(_folder.At([.. frames.Split('/'), "set", "one"]), video.Source);
    }

    [Fact]
    public void A_foreground_that_lacks_a_video_or_a_frame_is_refused()
    {
        WriteRevos();
        _folder.WriteJson("revos/mask_dict_foreground.json", new Dictionary<string, object>());
        Assert.Contains("no masks under 'set/one'", Refusal(() => Open().Foreground(0)!), StringComparison.Ordinal);
        _folder.WriteJson("revos/mask_dict_foreground.json", new Dictionary<string, object> { ["set/one"] = new { masks_rle = Array.Empty<object>() } });
        Assert.Contains("0 masks under 'set/one'", Refusal(() => Open().Foreground(0)!), StringComparison.Ordinal);
        _folder.WriteJson("revos/mask_dict_foreground.json", new Dictionary<string, object> { ["set/one"] = new { } });
        Assert.Contains("'masks_rle' is missing", Refusal(() => Open().Foreground(0)!), StringComparison.Ordinal);
        File.Delete(_folder.At("revos", "mask_dict_foreground.json"));
        Assert.Null(Open().Foreground(0));

        ReferringVideo Open() => DatasetOpener.Open(_folder.At("revos")).Videos[0];
    }

    [Fact]
    public void Ref_sav_has_long_and_short_expressions()
    {
        _folder.WriteJson("sav/meta_expressions_valid.json", new
        {
            videos = new
            {
                sav_1 = new
                {
                    frames = DatasetFolder.FrameNames(1), height = 4, width = 6,
                    expressions = new Dictionary<string, object>
                    {
                        ["0"] = new { exp = "a long one", type_id = 0, anno_id = new[] { "a" } },
                        ["1"] = new { exp = "short", type_id = 1, anno_id = new[] { "a" } },
                    },
                },
            },
        });
        _folder.WriteJson("sav/mask_dict.json", new { a = new[] { DatasetFolder.Json(DatasetFolder.Column(3)) } });
        _folder.Frames("sav/videos/sav_1", 1);
        var dataset = DatasetOpener.Open(_folder.At("sav"));
        var video = Assert.Single(dataset.Videos);
        Assert.Equal("ref-sav/valid", dataset.Name);
        Assert.Equal(["long", "short"], video.Expressions.Select(e => e.Level));
        Assert.Equal(DatasetFolder.Column(3), video.Truth(video.Expressions[1], 0));
        Assert.Equal(_folder.At("sav", "videos", "sav_1"), video.Source);
        Assert.Contains("is not revos", Refusal(() => DatasetOpener.Open(_folder.At("sav"), "revos")), StringComparison.Ordinal);
    }

    [Fact]
    public void Several_splits_must_be_chosen_from()
    {
        WriteRevos();
        File.Copy(_folder.At("revos", "meta_expressions_valid_.json"), _folder.At("revos", "meta_expressions_train_.json"));
        Assert.Contains("Name one: train, valid", Refusal(() => DatasetOpener.Open(_folder.At("revos"))), StringComparison.Ordinal);
        Assert.Equal("revos/train", DatasetOpener.Open(_folder.At("revos"), split: "train").Name);
    }

    private static string Refusal(Func<object> action) => Assert.Throws<DatasetException>(action).Message;

    private void WriteRevos()
    {
        _folder.WriteJson("revos/meta_expressions_valid_.json", new
        {
            videos = new Dictionary<string, object>
            {
                ["set/one"] = new
                {
                    frames = DatasetFolder.FrameNames(2), height = 4, width = 6,
                    expressions = new Dictionary<string, object>
                    {
                        ["0"] = new { exp = "it", type_id = 0, anno_id = new[] { 5 } },
                        ["1"] = new { exp = "what could it be?", type_id = 1, anno_id = new[] { 5 } },
                        ["2"] = new { exp = "not there", type_id = 2, anno_id = new[] { 5 } },
                        ["3"] = new { exp = "of a later release", type_id = 7, anno_id = new[] { 5 } },
                    },
                },
            },
        });
        _folder.WriteJson("revos/mask_dict.json", new Dictionary<string, object> { ["5"] = new[] { DatasetFolder.Json(DatasetFolder.Column(1)), null } });
        _folder.WriteJson("revos/mask_dict_foreground.json", new Dictionary<string, object>
        {
            ["set/one"] = new
            {
                masks_rle = new object?[]
                {
                    new[] { DatasetFolder.Json(DatasetFolder.Column(1)), DatasetFolder.Json(DatasetFolder.Column(2)) },
                    DatasetFolder.Json(DatasetFolder.Nothing),
                },
            },
        });
    }
}
