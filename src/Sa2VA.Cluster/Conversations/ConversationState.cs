using System.Collections.Immutable;

namespace Sa2VA.Cluster.Conversations;

/// <summary>What is known of a conversation. It only ever comes from its history.</summary>
public sealed record ConversationState
{
    /// <summary>Before it was begun.</summary>
    public static ConversationState Unknown { get; } = new();

    /// <summary>What it is about; null before it was begun.</summary>
    public ConversationRequest? Request { get; init; }

    /// <summary>Epoch of the last node that took it to answer something.</summary>
    public long Epoch { get; init; }

    /// <summary>That node.</summary>
    public string Owner { get; init; } = "";

    /// <summary>What was asked and is over, in order.</summary>
    public ImmutableList<TurnRecord> Turns { get; init; } = [];

    /// <summary>What was asked and is not over, in order; the first is the one under way.</summary>
    public ImmutableList<AskedQuestion> Open { get; init; } = [];

    /// <summary>How many nodes in a row have taken it since a turn was over last.</summary>
    public int Attempts { get; init; }

    /// <summary>Whether a question is known, over or not.</summary>
    public bool Knows(string questionId) => Find(questionId) is not (null, null);

    /// <summary>A question by its id: where it is open, or the turn that it became.</summary>
    public (AskedQuestion? Open, TurnRecord? Over) Find(string questionId) => (Open.Find(one => one.Id == questionId), Turns.Find(one => one.Asked.Id == questionId));

    /// <summary>A turn by its number, from 1.</summary>
    public (AskedQuestion? Open, TurnRecord? Over) At(int turn) => (Open.Find(one => one.Turn == turn), Turns.Find(one => one.Asked.Turn == turn));

    /// <summary>Whether there is room for a question more.</summary>
    public bool TakesMore => Open.Count < ConversationRules.MostOpen && Turns.Count + Open.Count < ConversationRules.MostTurns;
}

/// <summary>A question.</summary>
/// <param name="Id">Its own, by which it is known when it is sent again.</param>
/// <param name="Turn">Its place in the conversation, from 1.</param>
/// <param name="Text">What a person wrote.</param>
/// <param name="AsksForMask">Whether it says what to segment.</param>
/// <param name="At">When it was recorded.</param>
/// <param name="IsStopped">Whether somebody wants no more of the answer.</param>
public sealed record AskedQuestion(string Id, int Turn, string Text, bool AsksForMask, DateTimeOffset At, bool IsStopped = false);

/// <summary>What was said to a question.</summary>
/// <param name="Text">The answer.</param>
/// <param name="TokenIds">All of its tokens; none when it was stopped before it began.</param>
/// <param name="Complete">False when it was stopped, or the limit of tokens cut it off.</param>
/// <param name="Objects">Labels of what it means in the picture, one for each segment in it.</param>
public sealed record SpokenAnswer(string Text, ImmutableArray<int> TokenIds, bool Complete, ImmutableArray<string> Objects);

/// <summary>A turn that is over: with an answer, or with the reason why there is none.</summary>
/// <param name="Asked">The question.</param>
/// <param name="Answer">What was said; null when it could not be answered.</param>
/// <param name="Error">Why not.</param>
/// <param name="Node">Who answered.</param>
/// <param name="At">When it was over.</param>
public sealed record TurnRecord(AskedQuestion Asked, SpokenAnswer? Answer, string? Error, string Node, DateTimeOffset At);
