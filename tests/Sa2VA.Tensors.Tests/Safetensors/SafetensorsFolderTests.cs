using Sa2VA.Tensors.Safetensors;
using Sa2VA.Testing;

namespace Sa2VA.Tensors.Tests.Safetensors;

public sealed class SafetensorsFolderTests : IDisposable
{
    private const string Shard1 = "model-00001-of-00002.safetensors";
    private const string Shard2 = "model-00002-of-00002.safetensors";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_single_file_is_a_checkpoint()
    {
        WriteFile("model.safetensors", "a");

        using var folder = SafetensorsFolder.Open(_folder.FullPath);

        Assert.Equal(["a"], folder.TensorNames);
        Assert.True(folder.TryGet("a", out _, out var entry));
        Assert.Equal("U8 [4]", entry.ToString());
        Assert.False(folder.TryGet("b", out _, out _));
    }

    [Fact]
    public void Shards_are_found_through_their_index()
    {
        WriteFile(Shard1, "a", "b");
        WriteFile(Shard2, "c");
        WriteIndex($$"""{"a":"{{Shard1}}","b":"{{Shard1}}","c":"{{Shard2}}"}""");

        using var folder = SafetensorsFolder.Open(_folder.FullPath);

        Assert.True(folder.TryGet("c", out var file, out _));
        Assert.EndsWith(Shard2, file.Path, StringComparison.Ordinal);
        Assert.Equal(["a", "b", "c"], folder.TensorNames.Order(StringComparer.Ordinal));
        Assert.Equal(12, folder.DataBytes);
    }

    [Fact]
    public void A_tensor_that_the_index_forgets_is_still_there()
    {
        WriteFile(Shard1, "a", "forgotten");
        WriteIndex($$"""{"a":"{{Shard1}}"}""");

        using var folder = SafetensorsFolder.Open(_folder.FullPath);

        Assert.True(folder.TryGet("forgotten", out _, out _));
    }

    [Fact]
    public void A_missing_shard_is_named()
    {
        WriteFile(Shard1, "a");
        WriteIndex($$"""{"a":"{{Shard1}}","c":"{{Shard2}}"}""");

        AssertRefused(Shard2);
    }

    [Fact]
    public void A_shard_that_lacks_its_tensor_is_named_with_the_tensor()
    {
        WriteFile(Shard1, "a");
        WriteFile(Shard2, "other");
        WriteIndex($$"""{"a":"{{Shard1}}","c":"{{Shard2}}"}""");

        var error = AssertRefused(Shard2);
        Assert.Equal("c", error.Tensor);
    }

    [Fact]
    public void Two_shards_with_one_unlisted_tensor_have_no_answer()
    {
        WriteFile(Shard1, "a", "x");
        WriteFile(Shard2, "c", "x");
        WriteIndex($$"""{"a":"{{Shard1}}","c":"{{Shard2}}"}""");

        Assert.Equal("x", AssertRefused("two shards").Tensor);
    }

    [Theory]
    [InlineData("../model.safetensors")]
    [InlineData("/etc/model.safetensors")]
    [InlineData("sub/model.safetensors")]
    [InlineData("..\\\\model.safetensors")]
    [InlineData("c:model.safetensors")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("weights.bin")]
    [InlineData("a\\u0000.safetensors")]
    public void A_shard_name_that_leads_out_of_the_folder_is_refused(string shard)
    {
        WriteIndex($$"""{"a":"{{shard}}"}""");

        Assert.Equal("a", AssertRefused("same folder").Tensor);
    }

    [Theory]
    [InlineData("not json", "not valid JSON")]
    [InlineData("[]", "no 'weight_map'")]
    [InlineData("{}", "no 'weight_map'")]
    [InlineData("{\"weight_map\":[]}", "no 'weight_map'")]
    [InlineData("{\"weight_map\":{}}", "empty")]
    [InlineData("{\"weight_map\":{\"a\":1}}", "not mapped to a file name")]
    [InlineData("{\"weight_map\":{\"a\":\"x.safetensors\",\"a\":\"y.safetensors\"}}", "not valid JSON")]
    public void A_damaged_index_is_refused(string index, string reason)
    {
        File.WriteAllText(_folder.File(SafetensorsIndex.FileName), index);

        AssertRefused(reason);
    }

    [Fact]
    public void A_folder_without_weights_and_one_with_two_sets_are_refused()
    {
        AssertRefused("neither");

        WriteFile("model.safetensors", "a");
        WriteIndex($$"""{"a":"{{Shard1}}"}""");
        AssertRefused("both");
    }

    private SafetensorsException AssertRefused(string text)
    {
        var error = Assert.Throws<SafetensorsException>(() => SafetensorsFolder.Open(_folder.FullPath));
        Assert.Contains(text, error.Message, StringComparison.Ordinal);
        return error;
    }

    private void WriteFile(string name, params string[] tensors)
    {
        var described = tensors.Select((tensor, i) => RawSafetensors.Tensor(tensor, "U8", "[4]", 4 * i, 4 * i + 4));
        File.WriteAllBytes(_folder.File(name), RawSafetensors.File("{" + string.Join(",", described) + "}", 4 * tensors.Length));
    }

    private void WriteIndex(string map) =>
        File.WriteAllText(_folder.File(SafetensorsIndex.FileName), $$"""{"metadata":{"total_size":12},"weight_map":{{map}}}""");
}
