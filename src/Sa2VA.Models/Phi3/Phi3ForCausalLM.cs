using Sa2VA.Models.LanguageModels;
using Sa2VA.Models.Layers;
using Sa2VA.Models.Weights;

namespace Sa2VA.Models.Phi3;

/// <summary>Phi-3: fused projections without biases, rotary frequencies that are stretched for long sequences.</summary>
public sealed class Phi3ForCausalLM(WeightScope body, WeightScope head, LanguageModelConfig c)
    : LanguageModel(c, body, head, embedding: "embed_tokens", layer => Layer(layer, c))
{
    private static DecoderLayer Layer(WeightScope w, LanguageModelConfig c) => new(
        new RmsNorm(w["input_layernorm"], c.HiddenSize, c.RmsNormEps),
        new Phi3Heads(w["self_attn"], c),
        new RmsNorm(w["post_attention_layernorm"], c.HiddenSize, c.RmsNormEps),
        new FusedSwiGlu(w["mlp"], c));
}
