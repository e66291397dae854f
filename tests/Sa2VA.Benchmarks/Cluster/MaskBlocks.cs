using Sa2VA.Cluster.Results;
using Sa2VA.Media.Masks;

namespace Sa2VA.Benchmarks.Cluster;

/// <summary>Masks of a clip as a run would store them.</summary>
internal static class MaskBlocks
{
    public static IEnumerable<MaskBlock> Of(IReadOnlyList<Rle> clip)
        => clip.Select((mask, step) => (mask, step)).Chunk(MaskBlock.Frames).Select((masks, index) => new MaskBlock(
            ObjectId: 1, index, clip[0].Height, clip[0].Width,
            [.. masks.Select(m => new BlockMask(m.step, m.step * 512L, m.step / 25.0, ObjectScore: 3.5f, PredictedIou: 0.9f, m.mask.Counts))]));
}
