using Sa2VA.Models.LanguageModels;
using Sa2VA.Models.Layers;
using Sa2VA.Models.Weights;

namespace Sa2VA.Models.Qwen3;

/// <summary>Qwen3: as Qwen2 without biases, with each head's queries and keys normalised before they are rotated.</summary>
public sealed class Qwen3ForCausalLM(WeightScope body, WeightScope head, LanguageModelConfig c)
    : LanguageModel(c, body, head, embedding: "embed_tokens", layer => Layer(layer, c))
{
    private static DecoderLayer Layer(WeightScope w, LanguageModelConfig c) => new(
        new RmsNorm(w["input_layernorm"], c.HiddenSize, c.RmsNormEps),
        new Qwen3Heads(w["self_attn"], c),
        new RmsNorm(w["post_attention_layernorm"], c.HiddenSize, c.RmsNormEps),
        new SwiGlu(w["mlp"]["gate_proj"], w["mlp"]["up_proj"], w["mlp"]["down_proj"], c));
}
