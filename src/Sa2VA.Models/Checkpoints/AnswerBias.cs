using Sa2VA.Models.Tokenizers;
using Sa2VA.Models.Weights;

namespace Sa2VA.Models.Checkpoints;

/// <summary>
/// Makes a random language model answer "[SEG]" to every question, and then stop, so that a pipeline over random weights has masks to
/// show. It understands nothing: two rows of the output head are chosen instead of drawn. The state that predicts the first token of
/// an answer is dominated by the embedding of the newline that ends the prompt, and the state after "[SEG]" by that of "[SEG]"; so
/// the row of "[SEG]" is the direction of the one, and the row of the end of turn that of the other.
/// </summary>
internal static class AnswerBias
{
    public const string Embedding = "language_model.model.embed_tokens.weight";
    public const string Head = "language_model.lm_head.weight";

    // Logits of the chosen rows are about this many times those that the drawn rows reach by chance.
    private const float Gain = 1;

    /// <summary>Embeddings of unit size dominate what the layers add; other parameters stay as the modules draw them.</summary>
    public static IEnumerable<WeightSpec> Adjust(IEnumerable<WeightSpec> specs) => specs.Select(spec => spec.Name switch
    {
        Embedding => spec with { Init = Init.Normal(1) },
        Head => spec with { Init = Init.Normal(0.02) },
        _ => spec,
    });

    /// <summary>The rows of the output head that are chosen.</summary>
    public static Dictionary<(string Tensor, long Row), float[]> Rows(ulong seed, IEnumerable<WeightSpec> specs, Tokenizer tokenizer)
    {
        var embedding = Adjust(specs).First(spec => spec.Name == Embedding);
        var segmentation = tokenizer.RequiredId(QwenTokens.Segmentation);
        return new Dictionary<(string, long), float[]>
        {
            [(Head, segmentation)] = Direction(seed, embedding, tokenizer.Encode("\n")[^1]),
            [(Head, tokenizer.RequiredId(QwenTokens.TurnEnd))] = Direction(seed, embedding, segmentation),
        };
    }

    private static float[] Direction(ulong seed, WeightSpec embedding, int token)
    {
        var row = new float[embedding.Shape[1]];
        new RandomValues(seed, embedding).Fill((long)token * row.Length, row);
        for (var i = 0; i < row.Length; i++)
            row[i] *= Gain;
        return row;
    }
}
