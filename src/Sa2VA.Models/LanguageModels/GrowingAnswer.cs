using Sa2VA.Tensors;

namespace Sa2VA.Models.LanguageModels;

/// <summary>An answer while it is decoded, see <see cref="AnswerDecoding.Step"/>. The cache stays the caller's. One thread at a time.</summary>
public sealed class GrowingAnswer : IDisposable
{
    private readonly GenerationOptions _options;
    private readonly List<int> _tokens = [];
    private readonly List<Tensor> _watched = [];
    private readonly Tensor _prompt;
    private bool _keepsState;
    private bool _isLast;
    private bool _ends;

    /// <param name="cache">What was read so far; holds the whole answer but its last token in the end.</param>
    /// <param name="prompt">Embeddings of the rest of the prompt, [1, n, H], n at least 1.</param>
    /// <param name="options">Limits.</param>
    public GrowingAnswer(KeyValueCache cache, Tensor prompt, GenerationOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxNewTokens, 1);
        (Cache, _prompt, _options, ScoredIds) = (cache, prompt.alias().DetachFromDisposeScope(), options, [.. options.ScoredIds.Select(id => (long)id)]);
    }

    /// <summary>Whether there is nothing more to decode.</summary>
    public bool IsDone { get; private set; }

    /// <summary>The tokens chosen so far, with the one that ended the answer.</summary>
    public IReadOnlyList<int> Tokens => _tokens;

    /// <summary>Whether the latest token ended the answer.</summary>
    public bool Stopped => _tokens.Count > 0 && _options.StopIds.Contains(_tokens[^1]);

    /// <inheritdoc cref="Generation.WatchedStates"/>
    public IReadOnlyList<Tensor> WatchedStates => _watched;

    /// <summary>The scores of <see cref="GenerationOptions.ScoredIds"/>, once the first token was chosen; null where none are wanted.</summary>
    public IReadOnlyList<float>? Scores { get; private set; }

    /// <summary>Whether the next step is the one whose scores are wanted.</summary>
    internal bool WantsScores => _tokens.Count == 0 && ScoredIds.Length > 0;

    /// <inheritdoc cref="GenerationOptions.ScoredIds"/>
    internal long[] ScoredIds { get; }

    /// <summary>What was read.</summary>
    internal KeyValueCache Cache { get; }

    /// <summary>Whether wanted states are those before the final norm at which a token is chosen.</summary>
    internal bool WatchesPrediction => _options.WatchesPrediction;

    /// <summary>Whether the state is wanted with which a step ends that chooses <paramref name="next"/>.</summary>
    internal bool Keeps(int next) => WatchesPrediction ? next == _options.WatchedId : _keepsState;

    /// <summary>How the next token is drawn; null for the likeliest one.</summary>
    internal SamplingOptions? Sampling => _options.Sampling;

    /// <summary>What is read next, [1, n, H].</summary>
    internal Tensor Input(LanguageModel model) => _tokens.Count == 0 ? _prompt.alias() : model.Embed([_tokens[^1]]);

    /// <summary>Ends the answer early: after its first token, or where it is. One step more is needed where it is not done then.</summary>
    public void End()
    {
        _ends = true;
        if (_tokens.Count == 0 || IsDone) return;
        _isLast = true;
        IsDone = !_keepsState;
    }

    /// <summary>The answer as far as it is known; what it holds is the caller's from then on.</summary>
    public Generation Take()
    {
        var answer = new Generation([.. _tokens], Stopped, [.. _watched]);
        _watched.Clear();
        return answer;
    }

    public void Dispose()
    {
        _prompt.Dispose();
        _watched.ForEach(state => state.Dispose());
        _watched.Clear();
    }

    /// <summary>The input was read: <paramref name="next"/> is what follows, and <paramref name="state"/> [1, H] the state at its end where that is wanted; taken over. Does not fail.</summary>
    internal void Read(Tensor? state, int next, float[]? scores)
    {
        Scores ??= scores;
        if (state is not null) _watched.Add(state.DetachFromDisposeScope());
        if (_isLast)
        {
            IsDone = true;
            return;
        }

        _tokens.Add(next);
        _keepsState = next == _options.WatchedId && !WatchesPrediction;
        _isLast = _options.StopIds.Contains(next) || _tokens.Count == _options.MaxNewTokens || _ends;
        IsDone = _isLast && !_keepsState;
    }
}
