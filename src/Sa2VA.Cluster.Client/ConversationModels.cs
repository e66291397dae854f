namespace Sa2VA.Cluster.Client;

/// <summary>A conversation that is to be begun.</summary>
/// <param name="Model">A model by the name that the cluster gives it.</param>
public sealed record NewConversation(string Model)
{
    /// <summary>The video or picture: a path in one of the cluster's roots, <c>s3://bucket/key</c>, or an address. Null for nothing to see.</summary>
    public string? Source { get; init; }

    /// <summary>Looks at this frame of a video alone, as at a still picture. Null looks at key frames.</summary>
    public int? Frame { get; init; }

    /// <summary>Frames of a video that the language model sees. Default 5, 1 to 64.</summary>
    public int KeyFrames { get; init; } = 5;

    /// <summary>Most tokens of an answer. Default 2048, 1 to 8192.</summary>
    public int MaxNewTokens { get; init; } = 2048;

    /// <summary>Draws tokens instead of taking the likeliest one. Default 0, the likeliest; else 0.01 to 100.</summary>
    public double Temperature { get; init; }

    /// <summary>Draws from the likeliest tokens only that have this probability together. Default 1.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Decides the draws.</summary>
    public ulong Seed { get; init; }

    /// <summary>For people.</summary>
    public string? Title { get; init; }
}

/// <summary>A conversation with all that was said.</summary>
/// <param name="ConversationId">Its id.</param>
/// <param name="Title">For people.</param>
/// <param name="Model">Its model.</param>
/// <param name="Source">What it is about; null for nothing to see.</param>
/// <param name="Turns">What was asked, in order.</param>
public sealed record Conversation(string ConversationId, string? Title, string Model, string? Source, IReadOnlyList<ConversationTurn> Turns);

/// <summary>A conversation at a glance.</summary>
/// <param name="ConversationId">Its id.</param>
/// <param name="Title">For people.</param>
/// <param name="Model">Its model.</param>
/// <param name="Source">What it is about; null for nothing to see.</param>
/// <param name="Turns">How many turns are over.</param>
/// <param name="Open">How many questions wait for their answer.</param>
/// <param name="Node">Who has it, or had it last.</param>
/// <param name="BegunAt">When it was begun.</param>
/// <param name="UpdatedAt">When something happened in it last.</param>
public sealed record ConversationSummary(
    string ConversationId, string? Title, string Model, string? Source, int Turns, int Open, string? Node, DateTimeOffset BegunAt, DateTimeOffset UpdatedAt);

/// <summary>A question, and what was said to it.</summary>
/// <param name="Turn">Its place, from 1.</param>
/// <param name="QuestionId">Its id.</param>
/// <param name="State">waiting, answered, stopped or failed.</param>
/// <param name="Question">What was asked.</param>
/// <param name="AsksForMask">Whether it says what to segment.</param>
/// <param name="Answer">What was said; null before it is over, and when it failed.</param>
/// <param name="Complete">False when the answer was stopped or cut off.</param>
/// <param name="Tokens">Tokens of the answer.</param>
/// <param name="Objects">Labels of what the answer means in the picture. A job with them as expressions makes the masks.</param>
/// <param name="Error">Why it could not be answered.</param>
/// <param name="Node">Who answered.</param>
public sealed record ConversationTurn(
    int Turn, string QuestionId, string State, string Question, bool AsksForMask, string? Answer, bool Complete, int Tokens, IReadOnlyList<string> Objects, string? Error, string? Node);

/// <summary>What is heard of an answer.</summary>
public abstract record AnswerEvent
{
    /// <summary>The question was taken.</summary>
    /// <param name="Turn">As which turn, from 1.</param>
    public sealed record Asked(int Turn) : AnswerEvent;

    /// <summary>A node begins to answer.</summary>
    /// <param name="Node">Which.</param>
    /// <param name="Restarted">Whether another node was lost with the answer: what was heard before is void.</param>
    public sealed record Began(string Node, bool Restarted) : AnswerEvent;

    /// <summary>A piece of the answer, in whole characters.</summary>
    /// <param name="From">How many characters come before it; a listener that has fewer has missed some, and finds all in the end.</param>
    /// <param name="Text">The piece.</param>
    public sealed record Said(int From, string Text) : AnswerEvent;

    /// <summary>The turn is over; the last event.</summary>
    /// <param name="Turn">All of it.</param>
    public sealed record Over(ConversationTurn Turn) : AnswerEvent;
}
