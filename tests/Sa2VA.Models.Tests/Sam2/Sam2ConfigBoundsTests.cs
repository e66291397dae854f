using System.Text.Json;
using Sa2VA.Models.Sam2;

namespace Sa2VA.Models.Tests.Sam2;

/// <summary>A damaged number of layers must not have modules built until memory ends.</summary>
public sealed class Sam2ConfigBoundsTests
{
    [Theory]
    [InlineData("""{"memory_attention": {"num_layers": 2147483647}}""", "num_layers")]
    [InlineData("""{"memory_encoder": {"fuser": {"num_layers": -1}}}""", "num_layers")]
    [InlineData("""{"trunk": {"stages": [1, 4000000, 1, 1]}}""", "stages")]
    [InlineData("""{"decoder_transformer": {"depth": 1025}}""", "depth")]
    [InlineData("""{"iou_head_depth": 4000000}""", "iou_head_depth")]
    [InlineData("""{"num_multimask_outputs": 4000000}""", "num_multimask_outputs")]
    [InlineData("""{"num_maskmem": 4000000}""", "num_maskmem")]
    public void Layers_without_end_are_refused_by_name(string json, string name)
    {
        var error = Assert.Throws<NotSupportedException>(() => Sam2Config.FromJson(JsonElement.Parse(json)));
        Assert.StartsWith(name, error.Message, StringComparison.Ordinal);
        Assert.Contains("1024", error.Message, StringComparison.Ordinal);
    }
}
