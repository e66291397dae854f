using System.Globalization;
using Sa2VA.Tensors.Safetensors;

namespace Sa2VA.Models.Checkpoints;

/// <summary>Which SAM 2 a checkpoint holds, told by its tensors alone: config.json does not say.</summary>
/// <param name="Size">Hiera-T, S, B+ or L; null when the sizes are those of no published model.</param>
/// <param name="Version">"2.1" when the tensors that 2.1 added are there, else "2.0".</param>
/// <param name="EmbedDim">Channels of the trunk's first stage.</param>
/// <param name="Blocks">Blocks of the trunk, all stages.</param>
/// <param name="HasModifiedDecoder">Sa2VA-i's second mask decoder is there.</param>
/// <param name="MemoryWidth">Channels of a memory.</param>
/// <param name="HiddenWidth">Channels of the features and of an object pointer.</param>
/// <param name="MemorySlots">Spatial memories per object: rows of the temporal table.</param>
/// <param name="AttentionLayers">Layers of the memory attention.</param>
public sealed record Sam2Shape(
    string? Size, string Version, long EmbedDim, int Blocks, bool HasModifiedDecoder, long MemoryWidth, long HiddenWidth, long MemorySlots, int AttentionLayers)
{
    internal const string PatchEmbedding = "image_encoder.trunk.patch_embed.proj.weight";

    /// <summary>Side of the square input of every published Sa2VA and SAM 2 model, in pixels; only UniPixel's differs.</summary>
    internal const int PublishedImageSize = 1024;

    // Channels of the first stage and blocks of the published trunks (SAM 2 paper, table 12).
    private static readonly (string Name, long EmbedDim, int Blocks)[] Published = [("Hiera-T", 96, 12), ("Hiera-S", 96, 16), ("Hiera-B+", 112, 24), ("Hiera-L", 144, 48)];

    /// <summary>Reads the shape of the tracker under a prefix.</summary>
    internal static Sam2Shape Of(SafetensorsFolder weights, string prefix)
    {
        var embedDim = Extent(weights, prefix + PatchEmbedding, 0);
        var blocks = Count(weights, prefix + "image_encoder.trunk.blocks.", ".norm1.weight");
        var memory = prefix + "maskmem_tpos_enc";
        return new Sam2Shape(
            Published.FirstOrDefault(known => known.EmbedDim == embedDim && known.Blocks == blocks).Name,
            weights.TryGet(prefix + "no_obj_embed_spatial", out _, out _) || weights.TryGet(prefix + "obj_ptr_tpos_proj.weight", out _, out _) ? "2.1" : "2.0",
            embedDim, blocks,
            weights.TensorNames.Any(name => name.StartsWith(prefix + "sam_mask_decoder_modified.", StringComparison.Ordinal)),
            Extent(weights, memory, 3), Extent(weights, prefix + "no_mem_embed", 2), Extent(weights, memory, 0),
            Count(weights, prefix + "memory_attention.layers.", ".norm1.weight"));
    }

    private static long Extent(SafetensorsFolder weights, string name, int dimension) =>
        weights.TryGet(name, out _, out var entry) && entry.Shape.Length > dimension ? entry.Shape[dimension] : 0;

    private static int Count(SafetensorsFolder weights, string prefix, string suffix)
    {
        var count = 0;
        while (weights.TryGet(prefix + count.ToString(CultureInfo.InvariantCulture) + suffix, out _, out _))
            count++;
        return count;
    }
}
