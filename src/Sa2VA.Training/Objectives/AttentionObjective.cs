using Sa2VA.Tensors;

namespace Sa2VA.Training.Objectives;

/// <summary>
/// Teaches the first head of a mask decoder's image-to-token attention to look at the prompt where the prompt's thing is, in every
/// layer. Decoded masks alone give this little gradient: at first every cell looks at every token a little.
/// </summary>
/// <param name="weight">Factor in the sum.</param>
/// <param name="token">Place of the prompt among the tokens, counted from the end: 1 is the last.</param>
public sealed class AttentionObjective(double weight, int token)
{
    private const double Floor = 1e-4;

    private readonly List<Tensor> _seen = [];

    /// <summary>What to give to the decoder; null when this counts nothing.</summary>
    public Action<Tensor>? Observer => weight > 0 ? scores => _seen.Add(scores.DetachFromDisposeScope()) : null;

    /// <summary>Adds the loss of what was observed.</summary>
    /// <param name="losses">Receives it.</param>
    /// <param name="name">Prefix in the log.</param>
    /// <param name="target">[N, t, t] coverage.</param>
    public void Add(LossSum losses, string name, Tensor target)
    {
        foreach (var scores in _seen)
        {
            scores.AttachToDisposeScope();
            var look = scores.select(1, 0).softmax(-1).select(2, scores.size(3) - token);                      // [N, h·w]
            var side = (long)Math.Sqrt(look.size(1));
            var truth = Dispatcher.Call("aten::adaptive_avg_pool2d", "", target.unsqueeze(1), new[] { side, side }).flatten(1);
            var right = look.clamp(Floor, 1 - Floor).log() * truth;
            var wrong = (1 - look.clamp(Floor, 1 - Floor)).log() * (1 - truth);
            losses.Add($"{name}/look", -(right + wrong).mean(), weight);
        }
    }
}
