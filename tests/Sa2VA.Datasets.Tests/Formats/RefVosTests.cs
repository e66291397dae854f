using Sa2VA.Media.Masks;

namespace Sa2VA.Datasets.Tests.Formats;

public sealed class RefVosTests : IDisposable
{
    private readonly DatasetFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Masks_in_a_pickle_are_counted_over_sorted_videos_and_expressions()
    {
        // Sorted letter by letter: a/0, a/1, a/10, a/2, b/0 are the numbers 0 to 4, whatever the order of the file.
        WriteExpressions("davis17", "valid", ("b", 2, ["0"]), ("a", 2, ["2", "10", "1", "0"]));
        _folder.Frames("davis17/valid/JPEGImages/a", 2);
        _folder.Write("davis17/valid/mask_dict.pkl", PickleBytes.Of(Enumerable.Range(0, 5).ToDictionary(
            i => $"{i}", i => (object?)new object?[] { Pickled(DatasetFolder.Column(i)), i == 1 ? null : Pickled(DatasetFolder.Column(5)) })));
        var dataset = DatasetOpener.Open(_folder.At("davis17"));

        Assert.Equal("ref-davis17/valid", dataset.Name);
        Assert.Equal(["b", "a"], dataset.Videos.Select(v => v.Id));
        var (b, a) = (dataset.Videos[0], dataset.Videos[1]);
        Assert.Equal(["2", "10", "1", "0"], a.Expressions.Select(e => e.Id));
        Assert.Equal([3, 2, 1, 0], a.Expressions.Select(e => ColumnOf(a.Truth(e, 0))));
        Assert.Equal(4, ColumnOf(b.Truth(b.Expressions[0], 0)));
        Assert.Equal([5, 5, -1, 5], a.Expressions.Select(e => ColumnOf(a.Truth(e, 1))));
    }

    [Fact]
    public void A_pickle_keyed_by_integers_and_a_key_that_is_missing()
    {
        WriteExpressions("davis17", "valid", ("a", 1, ["0", "1"]));
        _folder.Frames("davis17/valid/JPEGImages/a", 1);
        var counts = DatasetFolder.Column(2).Counts;
        _folder.Write("davis17/valid/mask_dict.pkl", PickleBytes.Program($"}}(K\u0000](}}(S'size'\n](K\u0004K\u0006eS'counts'\nS'{counts}'\nueu."));
        var video = DatasetOpener.Open(_folder.At("davis17")).Videos[0];
        Assert.Equal(DatasetFolder.Column(2), video.Truth(video.Expressions[0], 0));
        Assert.Contains("no masks under '1'", Refusal(() => video.Truth(video.Expressions[1], 0)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("]", "holds no dict")]
    [InlineData("}S'0'\nK\u0001s", "masks '0': a list")]
    [InlineData("}S'0'\n]K\u0001as", "neither a mask nor None")]
    [InlineData("}S'0'\n](S'size'\nNdas", "'size'")]
    [InlineData("}S'0'\n](S'size'\n(K\u0004K\u0006tS'counts'\nK\u0001das", "'counts'")]
    [InlineData("}S'0'\n](S'size'\n(K\u0004K\u0005tS'counts'\nS'd0'\ndas", "5x4 where 6x4")]
    [InlineData("cos\nsystem\n", "os.system")]
    public void Masks_of_another_form_are_refused(string program, string what)
    {
        WriteExpressions("davis17", "valid", ("a", 1, ["0"]));
        _folder.Frames("davis17/valid/JPEGImages/a", 1);
        var path = _folder.Write("davis17/valid/mask_dict.pkl", PickleBytes.Program(program + "."));
        var video = DatasetOpener.Open(_folder.At("davis17")).Videos[0];
        var message = Refusal(() => video.Truth(video.Expressions[0], 0));
        Assert.Contains(what, message, StringComparison.Ordinal);
        Assert.Contains(path, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Palette_pictures_are_read_by_the_objects_that_are_meant()
    {
        WriteExpressions("rvos", "train", ("a", 2, ["0"]));
        _folder.WriteJson("rvos/meta_expressions/train/meta_expressions.json", new
        {
            videos = new
            {
                a = new
                {
                    frames = DatasetFolder.FrameNames(2),
                    expressions = new Dictionary<string, object>
                    {
                        ["0"] = new { exp = "the first", obj_id = "1" },
                        ["1"] = new { exp = "the others", obj_id = new object[] { 2, "3" } },
                        ["2"] = new { exp = "the last", obj_id = 255 },
                        ["3"] = new { exp = "nobody", obj_id = Array.Empty<int>() },
                        ["4"] = new { exp = "wrong", obj_id = new[] { 300 } },
                    },
                },
            },
        });
        _folder.Frames("rvos/train/JPEGImages/a", 2);
        _folder.Palette("rvos/train/Annotations/a/00000.png", "11....", "1122..", "..22.3", ".....3");
        _folder.Palette("rvos/train/Annotations/a/00001.png", "......", "......", "......", "......");
        var video = Assert.Single(DatasetOpener.Open(_folder.At("rvos")).Videos);

        Assert.True(video.HasTruth);
        Assert.Equal(DatasetFolder.Mask("##....", "##....", "......", "......"), video.Truth(video.Expressions[0], 0));
        Assert.Equal(DatasetFolder.Mask("......", "..##..", "..##.#", ".....#"), video.Truth(video.Expressions[1], 0));
        Assert.Equal(DatasetFolder.Nothing, video.Truth(video.Expressions[2], 0));
        Assert.Equal(DatasetFolder.Nothing, video.Truth(video.Expressions[1], 1));
        Assert.True(video.Expressions[3].IsAbsent);
        Assert.Equal(DatasetFolder.Nothing, video.Truth(video.Expressions[3], 0));
        Assert.Contains("'300'", Refusal(() => video.Truth(video.Expressions[4], 0)), StringComparison.Ordinal);

        File.Delete(_folder.At("rvos", "train", "Annotations", "a", "00001.png"));
        var again = DatasetOpener.Open(_folder.At("rvos")).Videos[0];
        Assert.Contains("00001.png", Refusal(() => again.Truth(again.Expressions[0], 1)), StringComparison.Ordinal);
        _folder.Palette("rvos/train/Annotations/a/00001.png", "...", "...");
        Assert.Contains("3x2 where 6x4", Refusal(() => again.Truth(again.Expressions[0], 1)), StringComparison.Ordinal);
        _folder.Picture("rvos/train/Annotations/a/00000.png", 1);
        Assert.Contains("has colours", Refusal(() => again.Truth(again.Expressions[0], 0)), StringComparison.Ordinal);
    }

    [Fact]
    public void Pictures_are_found_beside_a_file_that_is_keyed_by_ids_which_the_expressions_lack()
    {
        _folder.WriteJson("both/meta_expressions/val/meta_expressions.json", new
        {
            videos = new { a = new { frames = DatasetFolder.FrameNames(1), expressions = new { e = new { exp = "it", obj_id = new[] { 1 } } } } },
        });
        _folder.Frames("both/val/JPEGImages/a", 1);
        _folder.Palette("both/val/Annotations/a/00000.png", "1.....", "1.....", "1.....", "1.....");
        _folder.WriteJson("both/val/mask_dict.json", new { unrelated = Array.Empty<int>() });
        var video = DatasetOpener.Open(_folder.At("both")).Videos[0];
        Assert.Equal(DatasetFolder.Column(0), video.Truth(video.Expressions[0], 0));
    }

    [Fact]
    public void The_training_masks_may_lie_one_level_up_and_hidden_ones_are_no_truth()
    {
        WriteExpressions("rvos", "train", ("a", 1, ["0"]));
        WriteExpressions("rvos", "valid", ("v", 1, ["0"]));
        _folder.Frames("rvos/train/JPEGImages/a", 1);
        _folder.Palette("rvos/valid/Annotations/v/00000.png", "......", "......", "......", "......");
        _folder.Write("rvos/mask_dict.pkl", PickleBytes.Of(new Dictionary<string, object?> { ["0"] = new object?[] { Pickled(DatasetFolder.Column(2)) } }));

        var train = DatasetOpener.Open(_folder.At("rvos"), split: "train").Videos[0];
        Assert.Equal(DatasetFolder.Column(2), train.Truth(train.Expressions[0], 0));
        var valid = DatasetOpener.Open(_folder.At("rvos"), "ref-youtube-vos", "valid");
        Assert.Equal("ref-youtube-vos/valid", valid.Name);
        Assert.False(valid.Videos[0].HasTruth);
    }

    [Fact]
    public void The_folder_s_name_tells_the_two_sets_apart()
    {
        WriteExpressions("some", "valid", ("a", 1, ["0"]));
        WriteExpressions("Ref-DAVIS", "valid", ("a", 1, ["0"]));
        Assert.Equal("ref-youtube-vos/valid", DatasetOpener.Open(_folder.At("some")).Name);
        Assert.Equal("ref-davis17/valid", DatasetOpener.Open(_folder.At("Ref-DAVIS")).Name);
        Assert.Equal("ref-davis17/valid", DatasetOpener.Open(_folder.At("some"), "ref-davis17").Name);
        Assert.Contains("is not ref-davis17: looked for", Refusal(() => DatasetOpener.Open(_folder.Root, "ref-davis17")), StringComparison.Ordinal);
    }

    /// <summary>Expressions without ids of annotations or objects, as the validation sets have them.</summary>
    private void WriteExpressions(string root, string split, params (string Id, int Frames, string[] Expressions)[] videos) =>
        _folder.WriteJson($"{root}/meta_expressions/{split}/meta_expressions.json", new
        {
            videos = videos.ToDictionary(v => v.Id, v => new
            {
                frames = DatasetFolder.FrameNames(v.Frames),
                expressions = v.Expressions.ToDictionary(e => e, e => new { exp = $"expression {e}" }),
            }),
        });

    private static object Pickled(Rle rle) => new Dictionary<string, object?> { ["size"] = new object?[] { rle.Height, rle.Width }, ["counts"] = rle.Counts };

    /// <summary>Which column is set; -1 for none.</summary>
    private static int ColumnOf(Rle rle) => RleCodec.Area(rle) == 0 ? -1 : Enumerable.Range(0, DatasetFolder.Width).Single(x => rle == DatasetFolder.Column(x));

    private static string Refusal(Func<object> action) => Assert.Throws<DatasetException>(action).Message;
}
