using Sa2VA.Models.LanguageModels;
using Sa2VA.Models.Layers;
using Sa2VA.Models.Weights;

namespace Sa2VA.Models.Qwen2;

/// <summary>Qwen2 and Qwen2.5: separate projections, with biases for queries, keys and values.</summary>
public sealed class Qwen2ForCausalLM(WeightScope body, WeightScope head, LanguageModelConfig c)
    : LanguageModel(c, body, head, embedding: "embed_tokens", layer => Layer(layer, c))
{
    private static DecoderLayer Layer(WeightScope w, LanguageModelConfig c) => new(
        new RmsNorm(w["input_layernorm"], c.HiddenSize, c.RmsNormEps),
        new Qwen2Heads(w["self_attn"], c),
        new RmsNorm(w["post_attention_layernorm"], c.HiddenSize, c.RmsNormEps),
        new SwiGlu(w["mlp"]["gate_proj"], w["mlp"]["up_proj"], w["mlp"]["down_proj"], c));
}
