using Sa2VA.Models.LanguageModels;
using Sa2VA.Models.Layers;
using Sa2VA.Models.Weights;

namespace Sa2VA.Models.InternLm2;

/// <summary>InternLM2 and 2.5: one projection grouped by key head, no biases, dynamic NTK scaling of the rotary base.</summary>
public sealed class InternLm2ForCausalLM(WeightScope body, WeightScope head, LanguageModelConfig c)
    : LanguageModel(c, body, head, embedding: "tok_embeddings", layer => Layer(layer, c))
{
    private static DecoderLayer Layer(WeightScope w, LanguageModelConfig c) => new(
        new RmsNorm(w["attention_norm"], c.HiddenSize, c.RmsNormEps),
        new InternLm2Heads(w["attention"], c),
        new RmsNorm(w["ffn_norm"], c.HiddenSize, c.RmsNormEps),
        new SwiGlu(w["feed_forward"]["w1"], w["feed_forward"]["w3"], w["feed_forward"]["w2"], c));
}
