namespace Sa2VA.Cluster.Conversations;

/// <summary>Where a turn is.</summary>
public enum TurnState
{
    /// <summary>It is being answered, or waits for that.</summary>
    Waiting,

    /// <summary>It has its answer.</summary>
    Answered,

    /// <summary>Somebody wanted no more of the answer: it has what was said until then.</summary>
    Stopped,

    /// <summary>It could not be answered.</summary>
    Failed,
}

/// <summary>A question of a conversation, and what was said to it.</summary>
/// <param name="Turn">Its place, from 1.</param>
/// <param name="QuestionId">Its id.</param>
/// <param name="State">Where it is.</param>
/// <param name="Question">What was asked.</param>
/// <param name="AsksForMask">Whether the question says what to segment.</param>
/// <param name="Answer">What was said; null before it is over, and when it failed.</param>
/// <param name="Complete">False when the answer was stopped, or the limit of tokens cut it off.</param>
/// <param name="Tokens">Tokens of the answer.</param>
/// <param name="Objects">Labels of what the answer means in the picture, one for each <c>[SEG]</c>. Conversations have no masks: submit a job with these as expressions.</param>
/// <param name="Error">Why it could not be answered.</param>
/// <param name="Node">Who answered.</param>
/// <param name="AskedAt">When it was asked.</param>
/// <param name="OverAt">When it was over.</param>
public sealed record TurnView(
    int Turn, string QuestionId, TurnState State, string Question, bool AsksForMask, string? Answer, bool Complete, int Tokens, IReadOnlyList<string> Objects, string? Error, string? Node,
    DateTimeOffset AskedAt, DateTimeOffset? OverAt)
{
    /// <summary>A turn that is over.</summary>
    public static TurnView Of(TurnRecord turn) => new(
        turn.Asked.Turn, turn.Asked.Id, turn switch
        {
            { Answer: null } => TurnState.Failed,
            { Asked.IsStopped: true, Answer.Complete: false } => TurnState.Stopped,
            _ => TurnState.Answered,
        },
        turn.Asked.Text, turn.Asked.AsksForMask, turn.Answer?.Text, turn.Answer?.Complete ?? false, turn.Answer?.TokenIds.Length ?? 0, turn.Answer?.Objects ?? [], turn.Error, turn.Node,
        turn.Asked.At, turn.At);

    /// <summary>A turn that is not.</summary>
    public static TurnView Of(AskedQuestion asked) => new(
        asked.Turn, asked.Id, TurnState.Waiting, asked.Text, asked.AsksForMask, Answer: null, Complete: false, Tokens: 0, [], Error: null, Node: null, asked.At, OverAt: null);

    /// <summary>All turns of a conversation, in order.</summary>
    public static IReadOnlyList<TurnView> All(ConversationState state) => [.. state.Turns.Select(Of), .. state.Open.Select(Of)];
}
