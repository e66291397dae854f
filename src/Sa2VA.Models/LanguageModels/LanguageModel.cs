using Sa2VA.Models.Layers;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;
using F = Sa2VA.Tensors.torch.nn.functional;

namespace Sa2VA.Models.LanguageModels;

/// <summary>
/// A decoder over token embeddings with a key/value cache. The families (<see cref="Qwen2.Qwen2ForCausalLM"/>,
/// <see cref="InternLm2.InternLm2ForCausalLM"/>, <see cref="Phi3.Phi3ForCausalLM"/>, <see cref="Qwen3.Qwen3ForCausalLM"/>) say under which
/// names its parts are stored.
/// </summary>
public abstract class LanguageModel
{
    /// <summary>Longest sequence that is read; beyond it the official models need rotary scaling that they were not tuned for.</summary>
    public const int ContextLimit = 32_768;

    private readonly Tensor _embedding;
    private readonly DecoderLayer[] _layers;
    private readonly RmsNorm _norm;
    private readonly LinearMatrix _head;
    private readonly ScalarType _type;
    private readonly Device _device;

    private protected LanguageModel(LanguageModelConfig config, WeightScope body, WeightScope head, string embedding, Func<WeightScope, DecoderLayer> layer)
    {
        (Config, _type, _device) = (config, body.ComputeType, body.Device);
        _embedding = body.GetMatrix($"{embedding}.weight", Init.Normal(0.02), config.VocabularySize, config.HiddenSize);
        _layers = [.. Enumerable.Range(0, config.Layers).Select(i => layer(body["layers"][i]))];
        _norm = new RmsNorm(body["norm"], config.HiddenSize, config.RmsNormEps);
        _head = !config.TieWordEmbeddings || head.Wants("weight", fallback: false)
            ? head.GetLinear("weight", Init.Normal(0.02), config.VocabularySize, config.HiddenSize)
            : body.GetLinear($"{embedding}.weight", Init.Normal(0.02), config.VocabularySize, config.HiddenSize);
    }

    public LanguageModelConfig Config { get; }

    /// <summary>Builds the decoder that a configuration names, from the scope <c>language_model</c>.</summary>
    public static LanguageModel Create(WeightScope w, LanguageModelConfig config) =>
        Create(w["model"], w[config.Family == LanguageModelFamily.InternLm2 ? "output" : "lm_head"], config);

    /// <summary>The same where the layers and the output head are stored in scopes of their own.</summary>
    public static LanguageModel Create(WeightScope body, WeightScope head, LanguageModelConfig config) => config.Family switch
    {
        LanguageModelFamily.Qwen2 => new Qwen2.Qwen2ForCausalLM(body, head, config),
        LanguageModelFamily.InternLm2 => new InternLm2.InternLm2ForCausalLM(body, head, config),
        LanguageModelFamily.Phi3 => new Phi3.Phi3ForCausalLM(body, head, config),
        LanguageModelFamily.Qwen3 => new Qwen3.Qwen3ForCausalLM(body, head, config),
        _ => throw new ArgumentOutOfRangeException(nameof(config), config.Family, "not a language model"),
    };

    /// <summary>An empty cache for this decoder.</summary>
    public KeyValueCache NewCache(long capacity = 512) => new(Config, _type, _device, capacity);

    /// <summary>Bytes that a cache of so many tokens takes.</summary>
    public long CacheBytes(long tokens) => KeyValueCache.BytesOf(Config, _type, tokens);

    /// <summary>Rows of the embedding, [1, n, H].</summary>
    /// <exception cref="ArgumentOutOfRangeException">An id is outside the vocabulary.</exception>
    public Tensor Embed(ReadOnlySpan<int> ids)
    {
        foreach (var id in ids)
        {
            if ((uint)id >= (uint)Config.VocabularySize)
                throw new ArgumentOutOfRangeException(nameof(ids), id, $"The vocabulary has {Config.VocabularySize} tokens.");
        }

        using var scope = NewDisposeScope();
        var indices = tensor(ids, [1, ids.Length], _device).to(int64);
        return F.embedding(_embedding, indices).to(_type).MoveToOuterDisposeScope();
    }

    /// <summary>Reads tokens that follow what the cache holds.</summary>
    /// <param name="embeddings">[1, n, H]</param>
    /// <param name="cache">Made by <see cref="NewCache"/>; holds n tokens more afterwards.</param>
    /// <param name="hidden_states">When given, receives the embeddings, the state after each layer but the last, and the result, owned by the caller.</param>
    /// <returns>The last layer's state after the final norm, [1, n, H].</returns>
    /// <exception cref="ArgumentException">The sequence would be longer than <see cref="ContextLimit"/>.</exception>
    public Tensor forward(Tensor embeddings, KeyValueCache cache, IList<Tensor>? hidden_states = null)
        => forward(embeddings, [new Continuation(cache, embeddings.size(1))], hidden_states);

    /// <summary>
    /// Reads tokens of several sequences in one pass. They share the weights' way through memory and nothing else: norms and linear layers
    /// work on each token by itself, and a sequence attends to its own cache only. On the CPU each has the bits it would have alone.
    /// </summary>
    /// <param name="embeddings">[1, n, H]: the tokens of the first sequence, then those of the second, and so on.</param>
    /// <param name="sequences">Whose they are, in that order; each with another cache, which is longer afterwards. After a failure all are as before.</param>
    /// <param name="hidden_states">As of one sequence.</param>
    /// <param name="deep">Added to the states of visual tokens after the first layers.</param>
    /// <param name="observe">Sees the last layer's state before the final norm, [1, n, H]; borrowed.</param>
    /// <returns>The last layer's state after the final norm, [1, n, H].</returns>
    /// <exception cref="ArgumentException">A sequence would be longer than <see cref="ContextLimit"/>.</exception>
    public Tensor forward(
        Tensor embeddings, IReadOnlyList<Continuation> sequences, IList<Tensor>? hidden_states = null, DeepFeatures? deep = null, Action<Tensor>? observe = null)
    {
        foreach (var (cache, count) in sequences)
        {
            if (cache.Length + count > ContextLimit)
                throw new ArgumentException($"{cache.Length + count} tokens are more than the {ContextLimit} that the language model reads; ask with fewer frames or a shorter text.", nameof(embeddings));
        }

        using var scope = NewDisposeScope();
        foreach (var (cache, count) in sequences) cache.Reserve(count);
        var (cos, sin) = Rotations(sequences);                                                       // [n, d]
        var x = embeddings.alias();
        hidden_states?.Add(x.clone().MoveToOuterDisposeScope());
        for (var i = 0; i < _layers.Length; i++)
        {
            using var before = x;
            x = _layers[i].forward(before, i, sequences, cos, sin);
            if (i < deep?.Layers.Count)
                x = deep.AddTo(x, i);
            if (i < _layers.Length - 1)
                hidden_states?.Add(x.clone().MoveToOuterDisposeScope());
        }

        observe?.Invoke(x);
        var result = _norm.forward(x);
        hidden_states?.Add(result.clone().MoveToOuterDisposeScope());
        foreach (var (cache, count) in sequences) cache.Advance(count);
        return result.MoveToOuterDisposeScope();
    }

    private (Tensor Cos, Tensor Sin) Rotations(IReadOnlyList<Continuation> sequences)
    {
        var each = sequences.Select(sequence => sequence.Cache.Rotary.At(sequence.Cache.Length, sequence.Count, _type, _device, sequence.Positions)).ToList();
        return each.Count == 1 ? each[0] : (cat([.. each.Select(one => one.Cos)]), cat([.. each.Select(one => one.Sin)]));
    }

    /// <summary>
    /// Reads several sequences at once without a cache: for training. Their tokens stand one after another; who sees whom is the spans'
    /// business and what comes after what the positions', so that turns about the same frames share them without seeing each other.
    /// </summary>
    /// <param name="embeddings">[n, H]</param>
    /// <param name="spans">Who sees whom.</param>
    /// <param name="positions">[n] float32: each token's place in its own turn.</param>
    /// <param name="observe">Sees of the layers from <paramref name="firstObserved"/> on, span by span, the masked scores of the first head, [T, q, k]: for teaching them.</param>
    /// <param name="firstObserved">Number of a layer.</param>
    /// <returns>The last layer's state after the final norm, [n, H].</returns>
    public Tensor Read(Tensor embeddings, AttentionSpans spans, Tensor positions, Action<int, Tensor>? observe = null, int firstObserved = 0)
    {
        using var scope = NewDisposeScope();
        var (cos, sin) = RotaryState.Of(Config, positions, _type);
        var x = embeddings.alias();
        for (var i = 0; i < _layers.Length; i++)
            x = _layers[i].forward(x, spans, cos, sin, i < firstObserved ? null : observe);
        return _norm.forward(x).MoveToOuterDisposeScope();
    }

    /// <summary>Rows of the embedding for ids [n] of int64: [n, H].</summary>
    public Tensor Embed(Tensor ids)
    {
        using var scope = NewDisposeScope();
        return F.embedding(_embedding, ids).to(_type).MoveToOuterDisposeScope();
    }

    /// <summary>Scores of the next token in float32, [..., V], from states of <see cref="forward"/>.</summary>
    public Tensor Logits(Tensor hidden)
    {
        using var scope = NewDisposeScope();
        return _head.Apply(hidden).to(float32).MoveToOuterDisposeScope();
    }
}
