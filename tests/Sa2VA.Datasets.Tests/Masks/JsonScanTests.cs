using System.Text;

namespace Sa2VA.Datasets.Tests.Masks;

public sealed class JsonScanTests : IDisposable
{
    private readonly DatasetFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Members_come_with_where_they_lie()
    {
        var text = """ { "a" : [1, {"b": [2]}], "c":{}, "d": -1.5e3 , "e\u0041":"x\"y", "f": null} """;
        var path = _folder.Write("x.json", text);
        var seen = new List<string>();
        JsonScan.Values(path, depth: 1, (parent, name, offset, bytes) =>
        {
            var value = Encoding.UTF8.GetString(bytes);
            Assert.Equal(value, text.Substring((int)offset, value.Length));
            seen.Add($"{parent}/{name}={value}");
        });
        Assert.Equal(["/a=[1, {\"b\": [2]}]", "/c={}", "/d=-1.5e3", "/eA=\"x\\\"y\"", "/f=null"], seen);
    }

    [Fact]
    public void What_members_hold_comes_with_their_name()
    {
        var path = _folder.Write("x.json", """{"info": {"year": 1}, "n": 5, "images": [{"id": 1}, 2, [3]], "none": []}""");
        var seen = new List<string>();
        JsonScan.Values(path, depth: 2, (parent, name, _, bytes) => seen.Add($"{parent}/{name}={Encoding.UTF8.GetString(bytes)}"));
        Assert.Equal(["info/year=1", "images/={\"id\": 1}", "images/=2", "images/=[3]"], seen);
    }

    [Fact]
    public void Values_larger_than_the_buffer_are_whole()
    {
        var large = new string('x', 5_000_000);
        var many = string.Join(',', Enumerable.Range(0, 300_000));
        var path = _folder.Write("x.json", $$"""{"a": "{{large}}", "b": [{{many}}], "c": 1}""");
        var lengths = new Dictionary<string, int>();
        JsonScan.Values(path, depth: 1, (_, name, _, bytes) => lengths[name] = bytes.Length);
        Assert.Equal(new() { ["a"] = large.Length + 2, ["b"] = many.Length + 2, ["c"] = 1 }, lengths);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[1]")]
    [InlineData("5")]
    [InlineData("{\"a\": [1")]
    [InlineData("{\"a\": 1} {")]
    [InlineData("{\"a\" 1}")]
    public void What_is_no_whole_object_is_refused(string text)
    {
        var path = _folder.Write("x.json", text);
        Assert.Contains(path, Assert.Throws<DatasetException>(() => JsonScan.Values(path, depth: 1, (_, _, _, _) => { })).Message, StringComparison.Ordinal);
    }
}
