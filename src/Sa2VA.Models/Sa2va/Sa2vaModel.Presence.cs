using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Sa2va;

// Whether something is there, asked in words.
public sealed partial class Sa2vaModel
{
    /// <inheritdoc/>
    public PendingAnswer BeginPresence(VisionPrefix prefix, string expression)
    {
        var fork = PresenceQuestion.Fork(expression, _prompts.Answer(PresenceQuestion.Yes), _prompts.Answer(PresenceQuestion.No));
        int[] ids = [.. _prompts.Question(prefix.Tail + "\n" + PresenceQuestion.Of(expression, prefix.IsStill)), .. fork.Shared];
        using var scope = NewDisposeScope();
        return Begin(prefix, ids, room => Limits(new AskOptions { MaxNewTokens = 1 }, room) with { WatchedId = null, ScoredIds = [fork.Yes, fork.No] }, nameof(expression));
    }
}
