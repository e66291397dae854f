namespace Sa2VA.Cli.Chatting;

/// <summary>Who is talked to: a model in this process, or a conversation in a cluster.</summary>
internal interface IChatPartner
{
    /// <summary>The conversation's id in its cluster; null in this process.</summary>
    string? Conversation { get; }

    /// <summary>Whether there is something to see.</summary>
    bool HasSource { get; }

    /// <summary>Asks, and waits for the end of the answer.</summary>
    /// <param name="text">What a person wrote.</param>
    /// <param name="asksForMask">Whether it says what to segment.</param>
    /// <param name="listener">Hears the answer as it is said.</param>
    /// <param name="stop">Ends the answer where it is.</param>
    /// <param name="end">Ends the waiting.</param>
    Task<Spoken> AskAsync(string text, bool asksForMask, IChatListener listener, CancellationToken stop, CancellationToken end);

    /// <summary>Forgets what was said.</summary>
    Task ResetAsync(CancellationToken end);

    /// <summary>Outlines what the last answer means, where that can be done here; returns the files.</summary>
    /// <param name="turn">Of which turn, from 1.</param>
    /// <param name="stop">Stops.</param>
    Task<IReadOnlyList<string>> OutlineAsync(int turn, CancellationToken stop);
}

/// <summary>Hears an answer.</summary>
internal interface IChatListener
{
    /// <summary>A piece of the answer, in whole characters.</summary>
    void Said(string piece);

    /// <summary>The answer begins again: what was heard is void.</summary>
    void Restarted();
}

/// <summary>An answer.</summary>
/// <param name="Text">What was said.</param>
/// <param name="Complete">False when it was stopped, or the limit of tokens cut it off.</param>
/// <param name="Tokens">How many tokens it has.</param>
/// <param name="Objects">Labels of what it means in the picture, numbered from 1.</param>
internal sealed record Spoken(string Text, bool Complete, int Tokens, IReadOnlyList<string> Objects);
