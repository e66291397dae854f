using Sa2VA.Tensors;

namespace Sa2VA.Models.LanguageModels;

/// <summary>The MLP of a decoder layer, down(silu(gate(x)) · up(x)); families differ in how its matrices are stored.</summary>
internal interface IGatedMlp
{
    /// <param name="x">[..., H] → [..., H]</param>
    Tensor forward(Tensor x);
}
