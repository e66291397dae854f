using System.Text.Json;
using Sa2VA.Tensors.Safetensors;
using Sa2VA.Testing;

namespace Sa2VA.Models.Tests.Checkpoints;

/// <summary>A model folder with the names that matter and next to no weights.</summary>
internal sealed class FakeModelFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public string FullPath => _folder.FullPath;

    public void Dispose() => _folder.Dispose();

    public FakeModelFolder With(string file, string content = "")
    {
        File.WriteAllText(_folder.File(file), content);
        return this;
    }

    public FakeModelFolder WithConfig(object config) => With("config.json", JsonSerializer.Serialize(config));

    public FakeModelFolder WithSa2vaConfig(string languageModel = "Qwen2ForCausalLM") => WithConfig(new
    {
        architectures = new[] { "Sa2VAChatModel" },
        model_type = "sa2va_chat",
        template = "qwen_chat",
        force_image_size = 448,
        vision_config = new { hidden_size = 1024, intermediate_size = 4096, patch_size = 14, image_size = 448 },
        llm_config = new { architectures = new[] { languageModel }, num_hidden_layers = 24, num_attention_heads = 14, num_key_value_heads = 2, hidden_size = 896 },
    });

    public FakeModelFolder WithWeights(params (string Name, SafetensorsDtype Dtype, long[] Shape)[] tensors)
    {
        using var writer = SafetensorsWriter.Create(
            _folder.File("model.safetensors"), tensors.Select(tensor => new SafetensorsDeclaration(tensor.Name, tensor.Dtype, [.. tensor.Shape])));
        foreach (var entry in writer.Entries)
            writer.Append(entry.Name, new byte[entry.ByteCount]);
        writer.Commit();
        return this;
    }

    /// <summary>The tensors by which a tracker is told.</summary>
    public static IEnumerable<(string Name, SafetensorsDtype Dtype, long[] Shape)> Tracker(string prefix, long embedDim, int blocks, SafetensorsDtype dtype = SafetensorsDtype.F32)
    {
        yield return (prefix + "image_encoder.trunk.patch_embed.proj.weight", dtype, [embedDim, 3, 7, 7]);
        for (var block = 0; block < blocks; block++)
            yield return ($"{prefix}image_encoder.trunk.blocks.{block}.norm1.weight", dtype, [1]);
        yield return (prefix + "maskmem_tpos_enc", dtype, [7, 1, 1, 64]);
        yield return (prefix + "no_mem_embed", dtype, [1, 1, 256]);
        for (var layer = 0; layer < 4; layer++)
            yield return ($"{prefix}memory_attention.layers.{layer}.norm1.weight", dtype, [256]);
    }
}
