using System.Text.Json;
using Sa2VA.Media.Masks;

namespace Sa2VA.Datasets.Tests.Masks;

public sealed class SegmentationTests
{
    private static readonly Rle Square = DatasetFolder.Mask("......", ".##...", ".##...", "......");

    [Theory]
    [InlineData("[[1, 1, 3, 1, 3, 3, 1, 3]]")]
    [InlineData("[[1, 1, 2, 2]]")]
    [InlineData("[[1, 1, 2, 1, 2, 3, 1, 3], [2, 1, 3, 1, 3, 3, 2, 3]]")]
    [InlineData("""{"size": [4, 6], "counts": [5, 2, 2, 2, 13]}""")]
    [InlineData("""{"size": [4, 6], "counts": "522020;"}""")]
    [InlineData("""[{"size": [4, 6], "counts": [5, 2, 17]}, {"size": [4, 6], "counts": [9, 2, 13]}]""")]
    public void Every_form_gives_the_same_mask(string json) => Assert.Equal(Square, Read(json.Replace("522020;", Square.Counts, StringComparison.Ordinal)));

    [Fact]
    public void No_parts_are_no_pixels() => Assert.Equal(DatasetFolder.Nothing, Read("[]"));

    [Theory]
    [InlineData("null", "neither polygons nor run lengths")]
    [InlineData("[5]", "neither a polygon nor run lengths")]
    [InlineData("[[1, 2, 3, 4, 5, 6, 7]]", "7 numbers")]
    [InlineData("[[1, 2, 3]]", "3 numbers")]
    [InlineData("[[1, 2, 3, \"4\", 5, 6]]", "no number")]
    [InlineData("[[1, 2, 3, 1e20, 5, 6]]", "corner at")]
    [InlineData("""{"size": [4, 6], "counts": [5, 2]}""", "does not fill")]
    [InlineData("""{"size": [4, 6], "counts": [5, -2, 21]}""", "does not fill")]
    [InlineData("""{"size": [4, 5], "counts": [20]}""", "5x4 where 6x4")]
    [InlineData("""{"size": [4], "counts": [20]}""", "'size' is [4]")]
    [InlineData("""{"counts": [20]}""", "'size' is missing")]
    [InlineData("""{"size": [4, 6], "counts": "}"}""", "run-length string")]
    [InlineData("""{"size": [4, 6], "counts": true}""", "neither a text nor a list")]
    public void What_is_damaged_is_refused_with_the_place(string json, string what)
    {
        var message = Assert.Throws<DatasetException>(() => Read(json)).Message;
        Assert.Contains(what, message, StringComparison.Ordinal);
        Assert.Contains("annotation 1", message, StringComparison.Ordinal);
    }

    private static Rle Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return Segmentation.Read(document.RootElement, 4, 6, new JsonPlace("x.json", "annotation 1"));
    }
}
