using Sa2VA.Models.Sam2;
using Sa2VA.Models.Sam2.Tracking;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;

namespace Sa2VA.Models.Tests.Sam2;

/// <summary>A randomly initialised SAM 2 of 128×128 input, small enough for tests, with inputs to try it on.</summary>
internal sealed class TinySam2 : IDisposable
{
    private readonly RandomStore _store = new(seed: 7);
    private readonly List<MemoryFrame> _memories = [];

    public TinySam2(Func<Sam2Config, Sam2Config>? change = null)
    {
        var config = Sam2Config.HieraTiny(imageSize: 128) with
        {
            HiddenDim = 32,
            MemDim = 16,
            Trunk = new HieraConfig
            {
                EmbedDim = 12, NumHeads = 1, Stages = [1, 2, 3, 1], WindowSpec = [8, 4, 6, 3], GlobalAttBlocks = [4], WindowPosEmbedBkgSpatialSize = [7, 7],
            },
            Neck = new FpnConfig { DModel = 32, Position = new SineConfig { Width = 32 } },
            MemoryEncoder = new MemoryEncoderConfig { InDim = 32, OutDim = 16, LayerScaleInit = 0.5, Position = new SineConfig { Width = 16 } },
            MemoryAttention = new MemoryAttentionConfig
            {
                DModel = 32, NumLayers = 2, DimFeedforward = 96,
                SelfAttention = new RopeAttentionConfig { EmbeddingDim = 32 },
                CrossAttention = new RopeAttentionConfig { EmbeddingDim = 32, KvInDim = 16 },
            },
        };
        Model = new Sam2Model(new WeightScope(_store), change?.Invoke(config) ?? config);
    }

    public Sam2Model Model { get; }

    public Sam2Config Config => Model.Config;

    public Tensor Feature(ulong seed) => Random(seed, 1, Config.HiddenDim, Config.EmbeddingSize, Config.EmbeddingSize);

    public HighResFeatures HighRes(ulong seed)
    {
        var low = Config.LowResSize;
        return new HighResFeatures(Random(seed, 1, Config.HiddenDim / 8, low, low), Random(seed + 1, 1, Config.HiddenDim / 4, low / 2, low / 2));
    }

    /// <summary>An object's memory of so many frames (the first one conditioning) and pointers.</summary>
    public ObjectMemory Remember(ulong seed, int frames, int pointers)
    {
        var spatial = new List<SpatialMemory>();
        for (var i = 0; i < frames; i++)
        {
            var features = Random(seed + (ulong)i, 1, Config.MemDim, Config.EmbeddingSize, Config.EmbeddingSize);
            var memory = new MemoryFrame(features.to(torch.bfloat16).DetachFromDisposeScope());
            _memories.Add(memory);
            spatial.Add(new SpatialMemory(memory, i == 0 ? Config.NumMaskmem - 1 : frames - 1 - i));
        }

        return new ObjectMemory(spatial, [.. Enumerable.Range(0, pointers).Select(i => new PointerMemory(Random(seed + 100 + (ulong)i, 1, Config.HiddenDim), i - 1))]);
    }

    public static Tensor Random(ulong seed, params long[] shape)
    {
        torch.manual_seed(seed);
        return torch.randn(shape);
    }

    public void Dispose()
    {
        _memories.ForEach(memory => memory.Dispose());
        _store.Dispose();
    }
}
