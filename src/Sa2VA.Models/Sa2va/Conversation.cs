using Sa2VA.Models.LanguageModels;

namespace Sa2VA.Models.Sa2va;

/// <summary>A question of a conversation and its answer.</summary>
/// <param name="Question">What the person wrote.</param>
/// <param name="Answer">What the model said.</param>
public sealed record ConversationTurn(string Question, Answer Answer);

/// <summary>
/// A conversation about a video, a picture, or nothing to see: its turns, and what the language model has read of them, so that the next
/// turn costs its own tokens only. Owned by the caller. One thread at a time may use it.
/// </summary>
public sealed class Conversation : IDisposable
{
    private readonly List<ConversationTurn> _turns = [];
    private readonly CacheMark _beginning;
    private (string Question, CacheMark Before, long Until)? _open;

    internal Conversation(KeyValueCache cache, VisionPrefix? seen) => (Cache, Seen, _beginning) = (cache, seen, cache.Mark());

    /// <summary>What was said, in order; without the turn that is under way.</summary>
    public IReadOnlyList<ConversationTurn> Turns => _turns;

    /// <summary>Tokens read so far.</summary>
    public long Tokens => Cache.Length;

    /// <summary>Bytes held.</summary>
    public long MemoryBytes => Cache.Bytes;

    internal KeyValueCache Cache { get; }

    /// <summary>What it is about; null for text only.</summary>
    internal VisionPrefix? Seen { get; }

    /// <summary>The last token of an answer that was cut off, while it waits to be read.</summary>
    internal int? Unread { get; private set; }

    internal bool IsAnswering => _open is not null;

    /// <summary>Forgets all turns; what was seen stays.</summary>
    /// <exception cref="InvalidOperationException">A turn is under way.</exception>
    public void Restart()
    {
        if (IsAnswering)
            throw new InvalidOperationException("A turn is under way: end it or dispose of it first.");
        Cache.Rewind(_beginning);
        _turns.Clear();
        Unread = null;
    }

    public void Dispose() => Cache.Dispose();

    /// <summary>A turn begins, whose question takes so many tokens.</summary>
    internal void Ask(string question, int tokens) => _open = (question, Cache.Mark(), Cache.Length + tokens);

    /// <summary>The turn under way is complete.</summary>
    internal void Keep(Answer answer, bool stopped)
    {
        var said = _open!.Value;
        // The token that ended the answer is written anew, and so the same for every way to end.
        var isRead = Cache.Length == said.Until + answer.TokenIds.Length;
        Unread = stopped || isRead ? null : answer.TokenIds[^1];
        _turns.Add(new ConversationTurn(said.Question, answer));
        _open = null;
    }

    /// <summary>A turn that was had before is read in one go.</summary>
    internal void Recall(ConversationTurn turn, Action<KeyValueCache> read)
    {
        var before = Cache.Mark();
        try
        {
            read(Cache);
        }
        catch
        {
            Cache.Rewind(before);
            throw;
        }

        Unread = null;
        _turns.Add(turn);
    }

    /// <summary>The turn under way is given up: it was never asked.</summary>
    internal void TakeBack()
    {
        if (_open is not { } said) return;
        Cache.Rewind(said.Before);
        _open = null;
    }
}
