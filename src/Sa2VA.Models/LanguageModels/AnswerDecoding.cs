using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.LanguageModels;

/// <summary>When to stop an answer, and which of its tokens to keep states of.</summary>
/// <param name="MaxNewTokens">At least 1.</param>
/// <param name="StopIds">Tokens that end the answer.</param>
/// <param name="WatchedId">The token whose states are wanted, for example <c>[SEG]</c>.</param>
public sealed record GenerationOptions(int MaxNewTokens, IReadOnlyCollection<int> StopIds, int? WatchedId = null)
{
    /// <summary>How tokens are drawn; null (the default) takes the likeliest one at every step.</summary>
    public SamplingOptions? Sampling { get; init; }

    /// <summary>
    /// Whether the state of a watched token is the one that predicts it, before the final norm (UniPixel), and not the one that has read it,
    /// after the norm (Sa2VA).
    /// </summary>
    public bool WatchesPrediction { get; init; }

    /// <summary>Tokens whose scores are wanted with which the first one is chosen; none by default.</summary>
    public IReadOnlyList<int> ScoredIds { get; init; } = [];
}

/// <summary>An answer as tokens.</summary>
public sealed class Generation(int[] tokens, bool stopped, Tensor[] watchedStates) : IDisposable
{
    /// <summary>The new tokens, with the one that ended the answer.</summary>
    public IReadOnlyList<int> Tokens { get; } = tokens;

    /// <summary>Whether a stop token ended it; otherwise the limit did.</summary>
    public bool Stopped { get; } = stopped;

    /// <summary>For every watched token, in order, the final state [1, H] at the position where it was read or, with <see cref="GenerationOptions.WatchesPrediction"/>, predicted.</summary>
    public IReadOnlyList<Tensor> WatchedStates { get; } = watchedStates;

    public void Dispose()
    {
        foreach (var state in WatchedStates)
            state.Dispose();
    }
}

/// <summary>Decodes answers token by token: the likeliest one at every step, or one that is drawn.</summary>
public static class AnswerDecoding
{
    /// <param name="model">The decoder.</param>
    /// <param name="cache">What it has read; holds the whole answer but its last token afterwards.</param>
    /// <param name="prompt">Embeddings of the rest of the prompt, [1, n, H], n at least 1.</param>
    /// <param name="options">Limits.</param>
    /// <param name="cancellationToken">Counts between tokens.</param>
    /// <remarks>
    /// The state of a watched token is that of the step which reads it, one after it was chosen. When it is the very last token
    /// allowed, it is read all the same (the official code has no state, and so no mask, for it).
    /// </remarks>
    public static Generation Run(LanguageModel model, KeyValueCache cache, Tensor prompt, GenerationOptions options, CancellationToken cancellationToken = default)
    {
        using var answer = new GrowingAnswer(cache, prompt, options);
        while (!answer.IsDone)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Step(model, [answer]);
        }

        return answer.Take();
    }

    /// <summary>
    /// Reads what each answer reads next, all in one pass, and chooses a token for each. The answers need have nothing in common: any may be
    /// at its prompt, and any may join or leave between steps. A step that fails may be done again.
    /// </summary>
    /// <param name="model">The decoder of all of them.</param>
    /// <param name="answers">At least one; none of them done.</param>
    public static void Step(LanguageModel model, IReadOnlyList<GrowingAnswer> answers)
    {
        using var scope = NewDisposeScope();
        var inputs = answers.Select(answer => answer.Input(model)).ToList();
        List<Continuation> sequences = [.. answers.Zip(inputs, static (answer, input) => new Continuation(answer.Cache, input.size(1)))];
        Tensor? before = null;
        var states = model.forward(
            inputs.Count == 1 ? inputs[0] : cat([.. inputs], 1), sequences,
            observe: answers.Any(answer => answer.WatchesPrediction) ? state => before = Ends(state, sequences).MoveToOuterDisposeScope() : null);             // [1, n, H]
        try
        {
            var last = Ends(states, sequences);                                                      // [B, H]
            var scores = model.Logits(last);                                                         // [B, V]
            var next = Choose(scores, answers);
            var scored = answers.Select((answer, row) => answer.WantsScores ? scores.select(0, row).index_select(0, tensor(answer.ScoredIds, scores.device)).ToArray<float>() : null).ToList();
            var kept = answers.Select((answer, row) => answer.Keeps(next[row]) ? (answer.WatchesPrediction ? before! : last).narrow(0, row, 1).clone() : null).ToList();
            for (var row = 0; row < answers.Count; row++) answers[row].Read(kept[row], next[row], scored[row]);
        }
        catch
        {
            foreach (var (cache, count) in sequences) cache.Forget(count);
            throw;
        }
    }

    /// <summary>What follows each answer, by its scores [B, V].</summary>
    private static int[] Choose(Tensor scores, IReadOnlyList<GrowingAnswer> answers)
    {
        var likeliest = scores.argmax(-1).ToArray<long>();
        return [.. answers.Select((answer, row) => answer.Sampling is { } sampling
            ? TokenSampler.Draw(scores.select(0, row).ToArray<float>(), answer.Tokens, sampling)
            : (int)likeliest[row])];
    }

    /// <summary>The state at the end of each sequence, [B, H].</summary>
    private static Tensor Ends(Tensor states, IReadOnlyList<Continuation> sequences)
    {
        var ends = new List<Tensor>(sequences.Count);
        var end = 0L;
        foreach (var (_, count) in sequences) ends.Add(states.select(1, (end += count) - 1));
        return ends.Count == 1 ? ends[0] : cat([.. ends]);
    }
}
