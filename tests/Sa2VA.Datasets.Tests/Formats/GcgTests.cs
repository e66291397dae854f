using System.Text.Json.Nodes;
using Sa2VA.Media.Masks;

namespace Sa2VA.Datasets.Tests.Formats;

public sealed class GcgTests : IDisposable
{
    private const string CaptionsFile = "val_gcg_coco_caption_gt.json";
    private const string MasksFile = "val_gcg_coco_mask_gt.json";

    private readonly DatasetFolder _folder = new();
    private JsonNode _captions = JsonNode.Parse("""
        {
          "info": {}, "images": [{"id": "sa_2", "width": 6, "height": 4}, {"id": "sa_1"}],
          "annotations": [
            {"id": 1, "image_id": "sa_1", "caption": "A dog and a cat.", "labels": ["A dog", "a cat"]},
            {"id": 2, "image_id": "sa_2", "caption": "A tree.", "labels": ["A tree"]},
            {"id": 3, "image_id": "sa_1", "caption": "Two animals.", "labels": ["Two animals"]}]
        }
        """)!;

    private JsonNode _masks = JsonNode.Parse($$$"""
        {
          "images": [{"id": "sa_1"}, {"id": "sa_2", "width": 6, "height": 4}, {"id": "sa_9"}], "categories": [{"id": 1, "name": "object"}],
          "annotations": [
            {"id": 1, "image_id": "sa_1", "category_id": 1, "iscrowd": 0, "segmentation": {"size": [4, 6], "counts": "{{{DatasetFolder.Column(1).Counts}}}"}},
            {"id": 2, "image_id": "sa_1", "category_id": 1, "iscrowd": 1, "segmentation": {"size": [4, 6], "counts": [8, 4, 12]}},
            {"id": 3, "image_id": "sa_2", "category_id": 2, "segmentation": [[0, 0, 2, 0, 2, 4, 0, 4]]},
            {"id": 4, "image_id": "sa_9", "category_id": 1, "segmentation": {"size": [4, 6], "counts": [8, 4, 12]}}]
        }
        """)!;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Captions_phrases_and_masks_are_read_in_the_order_of_the_files()
    {
        Write("annotations/gcg_val_test");
        _folder.Picture("images/grandf/val_test/sa_1.png", 7);
        Assert.True(GcgOpener.Recognises(_folder.Root));
        var dataset = GcgOpener.Open(_folder.Root);
        Assert.Equal(("gcg/val", 1), (dataset.Name, dataset.UncaptionedMasks));
        Assert.Equal(["sa_2", "sa_1"], dataset.Images.Select(image => image.Id));
        Assert.Equal([1, 0], dataset.Images.Select(image => image.Rank));
        var (tree, animals) = (dataset.Images[0], dataset.Images[1]);
        Assert.Equal(["A dog and a cat.", "Two animals."], animals.Captions.Select(caption => caption.Text));
        Assert.Equal(["A dog", "a cat"], animals.Captions[0].Phrases);
        Assert.Equal([DatasetFolder.Column(1).Counts, DatasetFolder.Column(2).Counts], animals.Masks.Select(mask => mask.Mask.Counts));
        Assert.Equal([(false, 1), (true, 1)], animals.Masks.Select(mask => (mask.IsCrowd, mask.Category)));
        Assert.Equal(8, RleCodec.Area(Assert.Single(tree.Masks).Mask));
        Assert.Equal(_folder.At("images/grandf/val_test/sa_1.png"), animals.Picture);
        Assert.Contains("no picture of image 'sa_2'", Assert.Throws<DatasetException>(() => tree.Picture).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "images")]
    [InlineData("annotations", "GranDf_HA_images/val_test")]
    [InlineData("GranDf/annotations/val_test", "GranDf_HA_images/val_test")]
    [InlineData("glamm_data/annotations/gcg_val_test", "glamm_data/images/grandf/val_test")]
    public void Layouts_of_the_instructions_are_recognised(string annotations, string pictures)
    {
        Write(annotations);
        _folder.Picture($"{pictures}/sa_1.png", 7);
        Assert.EndsWith("sa_1.png", GcgOpener.Open(_folder.Root).Images[1].Picture, StringComparison.Ordinal);
    }

    [Fact]
    public void Splits_are_chosen_and_other_folders_are_refused()
    {
        Assert.False(GcgOpener.Recognises(_folder.Root));
        Assert.Contains("is not gcg: looked for SPLIT_gcg_coco", Refusal(), StringComparison.Ordinal);
        Write("");
        _folder.Write("test_gcg_coco_caption_gt.json", _captions.ToJsonString());
        Assert.Contains("several splits. Name one: test, val", Refusal(), StringComparison.Ordinal);
        Assert.Equal("gcg/val", GcgOpener.Open(_folder.Root, "val").Name);
        Assert.Contains("There is no file", Assert.Throws<DatasetException>(() => GcgOpener.Open(_folder.Root, "test")).Message, StringComparison.Ordinal);
        Assert.Contains("no folder", Assert.Throws<DatasetException>(() => GcgOpener.Open(_folder.At("nowhere"))).Message, StringComparison.Ordinal);
        Assert.Contains("gcg: SPLIT_gcg_coco", Assert.Throws<DatasetException>(() => DatasetOpener.Open(_folder.Root)).Message, StringComparison.Ordinal);
        Assert.Contains("has captions", Assert.Throws<DatasetException>(() => DatasetOpener.Open(_folder.Root, "gcg")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ids_that_are_numbers_are_sorted_as_numbers()
    {
        _captions = JsonNode.Parse("""{"images": [{"id": 10}, {"id": 9}], "annotations": [{"image_id": 9, "caption": "a", "labels": []}, {"image_id": 10, "caption": "b", "labels": []}]}""")!;
        _masks = JsonNode.Parse("""{"images": [{"id": 10}], "annotations": []}""")!;
        Write("");
        Assert.Equal([("10", 1), ("9", 0)], GcgOpener.Open(_folder.Root).Images.Select(image => (image.Id, image.Rank)));
    }

    [Theory]
    [InlineData("images", "7", "'images' is a number")]
    [InlineData("images", "[]", "'images' is empty")]
    [InlineData("images/0/id", "null", "image 0 of the list: 'id' is missing")]
    [InlineData("images/0/id", "\"../x\"", "'id' is '../x'; a name without folders")]
    [InlineData("images/0/id", "\"sa_1\"", "image 'sa_1': it is listed twice")]
    [InlineData("images/0/file_name", "\"/etc/passwd\"", "'file_name' is '/etc/passwd'")]
    [InlineData("images/0/width", "0", "'width' is 0")]
    [InlineData("annotations", "{}", "'annotations' is an object")]
    [InlineData("annotations/0/image_id", "\"sa_7\"", "annotation 0 of the list: 'image_id' is 'sa_7', which 'images' does not list")]
    [InlineData("annotations/1/image_id", "\"sa_1\"", "image 'sa_2': it has no caption")]
    [InlineData("annotations/1/caption", "3", "annotation 1 of the list: 'caption' is a number")]
    [InlineData("annotations/2/labels", "\"x\"", "annotation 2 of the list: 'labels' is a text")]
    [InlineData("annotations/2/labels", "[3]", "annotation 2 of the list: 'labels' holds a number")]
    public void A_damaged_file_of_captions_is_refused_with_the_place_and_the_field(string place, string value, string message)
    {
        Set(_captions, place, value);
        Write("");
        Assert.Contains(CaptionsFile, Refusal(), StringComparison.Ordinal);
        Assert.Contains(message, Refusal(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("annotations/0/image_id", "\"sa_7\"", "annotation 0 of the list: 'image_id' is 'sa_7', which 'images' does not list")]
    [InlineData("annotations/0/segmentation", "null", "'segmentation' is neither")]
    [InlineData("annotations/0/segmentation/size", "[4]", "annotation 0 of the list: 'size' is [4]; height and width")]
    [InlineData("annotations/0/segmentation/counts", "\"1\"", "annotation 0 of the list")]
    [InlineData("annotations/1/segmentation/counts", "[8, 4, 13]", "annotation 1 of the list: 'counts' does not fill")]
    [InlineData("annotations/1/segmentation", "{\"size\": [5, 6], \"counts\": [30]}", "the mask is 6x5, others of image 'sa_1' are 6x4")]
    [InlineData("annotations/2/image_id", "\"sa_9\"", "'segmentation' is polygons, but image 'sa_9' has no 'height' and 'width'")]
    [InlineData("annotations/2/category_id", "\"one\"", "'category_id' is \"one\", not an integer")]
    public void A_damaged_file_of_masks_is_refused_with_the_place_and_the_field(string place, string value, string message)
    {
        Set(_masks, place, value);
        Write("");
        Assert.Contains(MasksFile, Refusal(), StringComparison.Ordinal);
        Assert.Contains(message, Refusal(), StringComparison.Ordinal);
    }

    private static void Set(JsonNode root, string place, string value)
    {
        var parts = place.Split('/');
        var parent = parts[..^1].Aggregate(root, (node, part) => (int.TryParse(part, out var i) ? node[i] : node[part])!);
        parent[parts[^1]] = JsonNode.Parse(value);
    }

    private void Write(string folder)
    {
        _folder.Write(Path.Combine(folder, CaptionsFile), _captions.ToJsonString());
        _folder.Write(Path.Combine(folder, MasksFile), _masks.ToJsonString());
    }

    private string Refusal() => Assert.Throws<DatasetException>(() => GcgOpener.Open(_folder.Root)).Message;
}
