using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.LanguageModels;

/// <summary>When to stop an answer, and which of its tokens to keep states of.</summary>
/// <param name="MaxNewTokens">At least 1.</param>
/// <param name="StopIds">Tokens that end the answer.</param>
/// <param name="WatchedId">The token whose states are wanted, for example <c>[SEG]</c>.</param>
public sealed record GenerationOptions(int MaxNewTokens, IReadOnlyCollection<int> StopIds, int? WatchedId = null);

/// <summary>An answer as tokens.</summary>
public sealed class Generation(int[] tokens, bool stopped, Tensor[] watchedStates) : IDisposable
{
    /// <summary>The new tokens, with the one that ended the answer.</summary>
    public IReadOnlyList<int> Tokens { get; } = tokens;

    /// <summary>Whether a stop token ended it; otherwise the limit did.</summary>
    public bool Stopped { get; } = stopped;

    /// <summary>For every watched token, in order, the final state [1, H] at the position where it was read.</summary>
    public IReadOnlyList<Tensor> WatchedStates { get; } = watchedStates;

    public void Dispose()
    {
        foreach (var state in WatchedStates)
            state.Dispose();
    }
}

/// <summary>Takes the likeliest token at every step.</summary>
public static class GreedyDecoding
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
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxNewTokens, 1);
        var tokens = new List<int>();
        var watched = new List<Tensor>();
        var stopped = false;
        try
        {
            var next = Step(prompt);
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                tokens.Add(next);
                stopped = options.StopIds.Contains(next);
                var isWatched = next == options.WatchedId;
                var last = stopped || tokens.Count == options.MaxNewTokens;
                if (last && !isWatched)
                    break;
                using var embedded = model.Embed([next]);
                next = Step(embedded, isWatched);
                if (last)
                    break;
            }

            return new Generation([.. tokens], stopped, [.. watched]);
        }
        catch
        {
            watched.ForEach(state => state.Dispose());
            throw;
        }

        int Step(Tensor embeddings, bool keep = false)
        {
            using var scope = NewDisposeScope();
            var state = model.forward(embeddings, cache).select(1, -1);                              // [1, H]
            if (keep)
                watched.Add(state.clone().DetachFromDisposeScope());
            return (int)model.Logits(state).argmax(-1).item<long>();
        }
    }
}
