namespace Sa2VA.Models.Weights;

/// <summary>How the matrices of a language model's linear layers are held in memory. What is computed with them stays in the compute type.</summary>
public enum Quantization
{
    /// <summary>As the checkpoint stores them.</summary>
    None,

    /// <summary>A byte per weight and a scale per output, made when the folder is loaded: half the memory of bfloat16.</summary>
    Int8,
}
