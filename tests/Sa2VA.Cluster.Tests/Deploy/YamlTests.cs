namespace Sa2VA.Cluster.Tests.Deploy;

/// <summary>The reader itself, so that a test of a file means something.</summary>
public sealed class YamlTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Maps_lists_text_anchors_and_merges_are_read()
    {
        var document = Read("""
            # A comment
            base: &base
              image: "a # no comment"   # a comment
              ports: ["127.0.0.1:1:1", 'x, y', z]
            other:
              <<: *base
              image: b
            list:
            - name: one
              value: 1
            -
              name: two
            - plain: text with {{ braces }}
            - http://host:80/x
            empty:
            """);
        Assert.Equal("a # no comment", document.Text("base", "image"));
        Assert.Equal(["127.0.0.1:1:1", "x, y", "z"], document.List("other", "ports").Select(p => p.Text()));
        Assert.Equal("b", document.Text("other", "image"));
        Assert.Equal(("1", "two"), (document.Text("list", 0, "value"), document.Text("list", 1, "name")));
        Assert.Equal("http://host:80/x", document.Text("list", 3));
        Assert.Null(document.At("empty"));
    }

    [Theory]
    [InlineData("a: 1\na: 2")]
    [InlineData("a:\n\tb: 1")]
    [InlineData("a: 1\n  b: 2")]
    [InlineData("a: b: c")]
    [InlineData("a: \"b")]
    [InlineData("a: {b: c}")]
    [InlineData("a: |\n  text")]
    [InlineData("a\n")]
    [InlineData("- a\nb: 1")]
    public void Slips_are_found(string text) => Assert.ThrowsAny<Exception>(() => Read(text));

    private object? Read(string text)
    {
        File.WriteAllText(_folder.File("a.yaml"), text);
        return Yaml.Document(_folder.File("a.yaml"));
    }
}
