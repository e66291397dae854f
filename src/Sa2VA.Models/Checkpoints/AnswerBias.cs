using Sa2VA.Models.Tokenizers;
using Sa2VA.Models.Weights;

namespace Sa2VA.Models.Checkpoints;

/// <summary>
/// Makes a random language model answer "[SEG]" to every question, and then stop, so that a pipeline over random weights has masks to
/// show. It understands nothing; a few rows are chosen instead of drawn.
/// <para>The output head: the state that predicts the first token of an answer is dominated by the embedding of the newline that
/// ends the prompt, and the state after "[SEG]" by that of "[SEG]"; so the row of "[SEG]" is the direction of the one, and the row of
/// the end of turn that of the other.</para>
/// <para>The segmentation projection is blind to the embedding of "[SEG]" and amplifies the rest of the state, which is what question
/// and frames added to it: other questions give other masks.</para>
/// </summary>
internal sealed class AnswerBias
{
    private const string Embedding = "language_model.model.embed_tokens.weight";
    private const string Head = "language_model.lm_head.weight";
    private const string Projection = "text_hidden_fcs.0.weight";

    // What question and frames add is about a tenth of the state; amplified, it gives prompts of the size of the decoder's own tokens.
    private const float ProjectionGain = 16;

    private readonly ulong _seed;
    private readonly WeightSpec _embedding;
    private readonly WeightSpec _projection;
    private readonly int _newline;
    private readonly int _segmentation;
    private readonly int _turnEnd;

    public AnswerBias(ulong seed, IEnumerable<WeightSpec> specs, Tokenizer tokenizer)
    {
        // Embeddings of unit size dominate what the layers add; the other parameters stay as the modules draw them.
        Specs = [.. specs.Select(spec => spec.Name == Embedding ? spec with { Init = Init.Normal(1) } : spec)];
        _seed = seed;
        _embedding = Specs.First(spec => spec.Name == Embedding);
        _projection = Specs.First(spec => spec.Name == Projection);
        _newline = tokenizer.Encode("\n")[^1];
        _segmentation = tokenizer.RequiredId(QwenTokens.Segmentation);
        _turnEnd = tokenizer.RequiredId(QwenTokens.TurnEnd);
    }

    /// <summary>The parameters to draw.</summary>
    public IReadOnlyCollection<WeightSpec> Specs { get; }

    /// <summary>The rows that are chosen, by tensor and row.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<long, float[]>> Rows()
    {
        var segmentation = Row(_embedding, _segmentation);
        return new Dictionary<string, IReadOnlyDictionary<long, float[]>>(StringComparer.Ordinal)
        {
            [Head] = new Dictionary<long, float[]> { [_segmentation] = Row(_embedding, _newline), [_turnEnd] = segmentation },
            [Projection] = Enumerable.Range(0, (int)_projection.Shape[0])
                .ToDictionary(row => (long)row, row => WithoutDirection(Row(_projection, row), segmentation)),
        };
    }

    private float[] Row(WeightSpec spec, int row)
    {
        var values = new float[spec.Shape[1]];
        new RandomValues(_seed, spec).Fill((long)row * values.Length, values);
        return values;
    }

    private static float[] WithoutDirection(float[] row, float[] direction)
    {
        var share = (float)(Dot(row, direction) / Dot(direction, direction));
        for (var i = 0; i < row.Length; i++)
            row[i] = ProjectionGain * (row[i] - share * direction[i]);
        return row;
    }

    private static double Dot(float[] left, float[] right)
    {
        var sum = 0.0;
        for (var i = 0; i < left.Length; i++)
            sum += (double)left[i] * right[i];
        return sum;
    }
}
