using Sa2VA.Models.Weights;

namespace Sa2VA.Models.Checkpoints;

/// <summary>
/// Makes a random language model answer "[SEG]" to every question, and then stop, so that a pipeline over random weights has masks to
/// show. It understands nothing; a few rows are chosen instead of drawn.
/// <para>The output head: the state that predicts the first token of an answer is dominated by the embedding of the token (mostly a newline)
/// that ends the prompt, and the state after "[SEG]" by that of "[SEG]"; so the row of "[SEG]" is the direction of the one, and the row of
/// the end of turn that of the other.</para>
/// <para>The segmentation projection is blind to the embedding of the token that was read last, "[SEG]" or, for UniPixel, the one before it, and amplifies the rest of the state, which is what question
/// and frames added to it: other questions give other masks.</para>
/// </summary>
internal sealed class AnswerBias
{
    // The families' names.
    private static readonly string[] Embeddings = [".embed_tokens.weight", ".tok_embeddings.weight"];
    private static readonly string[] Heads = ["lm_head.weight", "language_model.output.weight"];
    private static readonly string[] Projections = ["text_hidden_fcs.0.weight", "seg_head.1.weight"];

    // What question and frames add is about a tenth of the state; amplified, it gives prompts of the size of the decoder's own tokens.
    private const float ProjectionGain = 16;

    private readonly ulong _seed;
    private readonly WeightSpec _embedding;
    private readonly WeightSpec _projection;
    private readonly string _head;
    private readonly int _last;
    private readonly int _segmentation;
    private readonly int _turnEnd;
    private readonly int _read;

    /// <param name="seed">Of the other values.</param>
    /// <param name="specs">The model's parameters.</param>
    /// <param name="last">The token that ends every prompt.</param>
    /// <param name="segmentation">The token that stands for a mask.</param>
    /// <param name="turnEnd">The token that ends an answer.</param>
    /// <param name="beforeIt">Whether the projection reads the state before the segmentation token (UniPixel) and not the one after it.</param>
    public AnswerBias(ulong seed, IReadOnlyCollection<WeightSpec> specs, int last, int segmentation, int turnEnd, bool beforeIt = false)
    {
        // Embeddings of unit size dominate what the layers add; the other parameters stay as the modules draw them.
        Specs = [.. specs.Select(spec => Ends(spec, Embeddings) ? spec with { Init = Init.Normal(1) } : spec)];
        _seed = seed;
        _embedding = Specs.First(spec => Ends(spec, Embeddings));
        _head = specs.First(spec => Ends(spec, Heads)).Name;
        _projection = Specs.First(spec => Projections.Contains(spec.Name, StringComparer.Ordinal));
        (_last, _segmentation, _turnEnd, _read) = (last, segmentation, turnEnd, beforeIt ? last : segmentation);
    }

    /// <summary>The parameters to draw.</summary>
    public IReadOnlyCollection<WeightSpec> Specs { get; }

    /// <summary>The rows that are chosen, by tensor and row.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<long, float[]>> Rows()
    {
        var (segmentation, read) = (Row(_embedding, _segmentation), Row(_embedding, _read));
        return new Dictionary<string, IReadOnlyDictionary<long, float[]>>(StringComparer.Ordinal)
        {
            [_head] = new Dictionary<long, float[]> { [_segmentation] = Row(_embedding, _last), [_turnEnd] = segmentation },
            [_projection.Name] = Enumerable.Range(0, (int)_projection.Shape[0])
                .ToDictionary(row => (long)row, row => WithoutDirection(Row(_projection, row), read)),
        };
    }

    private static bool Ends(WeightSpec spec, string[] names) => names.Any(name => spec.Name.EndsWith(name, StringComparison.Ordinal));

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
