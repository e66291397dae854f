namespace Sa2VA.Training.Parameters;

/// <summary>
/// Low-rank adaptation of the language model (Hu et al., arXiv 2106.09685): matrices stay as they are, and a product of two thin ones
/// is trained beside each. There is no dropout. An exported model holds the sums, so it needs no adapter.
/// </summary>
public sealed record LoraOptions
{
    /// <summary>Inner width of the product.</summary>
    public int Rank { get; init; } = 16;

    /// <summary>The product counts alpha / rank times.</summary>
    public double Alpha { get; init; } = 32;

    /// <summary>Names of linear layers of the decoder; by default all those of a Qwen2 layer.</summary>
    public IReadOnlyList<string> Targets { get; init; } = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"];
}
