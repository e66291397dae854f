using Sa2VA.Tensors.Safetensors;

namespace Sa2VA.Models.Checkpoints;

/// <summary>How a random checkpoint is made.</summary>
public sealed record InitOptions
{
    /// <summary>The same seed makes the same checkpoint, byte for byte, on every machine. Default 0.</summary>
    public ulong Seed { get; init; }

    /// <summary>Element type of every stored tensor: BF16 or F32. Default BF16.</summary>
    public SafetensorsDtype Dtype { get; init; } = SafetensorsDtype.BF16;

    /// <summary>Most bytes of data in a file; beyond it there are shards and an index. Default 5 GB.</summary>
    public long ShardBytes { get; init; } = SafetensorsShards.DefaultShardBytes;

    /// <summary>
    /// Two rows of the language model's output head are chosen so that every question is answered "[SEG]", which gives one mask per
    /// expression (see the documentation of <c>models init</c>); without it the random model says random tokens and hardly ever segments.
    /// Default true.
    /// </summary>
    public bool AnswersWithSegmentation { get; init; } = true;
}
