using Sa2VA.Actors;

namespace Sa2VA.Cluster.Conversations;

/// <summary>
/// One stay of a conversation in a node's memory: what its actor tells the node, and the reverse. It rests, which is how a stay ends in good
/// order, only when nothing is being answered. Thread-safe.
/// </summary>
internal sealed class ConversationSitting(string conversationId, string owner, int maxAttempts, TimeProvider time) : IDisposable
{
    private readonly Lock _gate = new();
    private CancellationTokenSource? _answering;
    private string? _question;
    private TaskCompletionSource _mayRest = New();
    private bool _wantsRest;
    private bool _isDraining;

    public string ConversationId => conversationId;

    public string Owner => owner;

    public int MaxAttempts => maxAttempts;

    /// <summary>Makes the actor that looks, listens and speaks.</summary>
    public required Func<ConversationSitting, ActorRef<ConversationCommand>, Actor<ConversationWork>> Worker { get; init; }

    /// <summary>Tells the conversation's listeners.</summary>
    public required Action<Progress.JobEvent> Tell { get; init; }

    /// <summary>Told that an answer begins or ends.</summary>
    public required Action Changed { get; init; }

    /// <summary>The epoch under which it is owned; 0 before it is.</summary>
    public long Epoch { get; set; }

    /// <summary>Questions that wait for their answer.</summary>
    public int Open { get; set; }

    /// <summary>Nodes in a row that came to no end with it.</summary>
    public int Attempts { get; set; }

    /// <summary>Bytes that it took after its last answer.</summary>
    public long Bytes { get; set; }

    /// <summary>When it was of use last, by the clock's timestamps.</summary>
    public long LastUsed { get; private set; } = time.GetTimestamp();

    /// <summary>Whether something is being answered.</summary>
    public bool IsAnswering
    {
        get
        {
            lock (_gate) return _answering is not null;
        }
    }

    /// <summary>Whether an answer came to an end.</summary>
    public bool HasAnswered { get; private set; }

    /// <summary>Whether no further answer is to begin.</summary>
    public bool IsDraining
    {
        get
        {
            lock (_gate) return _isDraining;
        }
    }

    /// <summary>Completes when it is to rest and nothing is being answered.</summary>
    public Task MayRest
    {
        get
        {
            lock (_gate) return _mayRest.Task;
        }
    }

    /// <summary>It is to rest as soon as it can.</summary>
    /// <param name="isDraining">And to begin no further answer.</param>
    public void Rest(bool isDraining)
    {
        lock (_gate)
        {
            _wantsRest = true;
            _isDraining |= isDraining;
            if (_answering is null) _mayRest.TrySetResult();
        }
    }

    /// <summary>It does not rest: it was asked something in the last moment.</summary>
    public void GoOn()
    {
        lock (_gate)
        {
            _wantsRest = _isDraining;
            _mayRest = New();
            if (_wantsRest && _answering is null) _mayRest.TrySetResult();
        }
    }

    /// <summary>An answer begins; the token ends it where it is.</summary>
    public CancellationToken Begin(string questionId)
    {
        lock (_gate)
        {
            (_question, _answering) = (questionId, new CancellationTokenSource());
            if (_mayRest.Task.IsCompleted) _mayRest = New();
            LastUsed = time.GetTimestamp();
            return _answering.Token;
        }
    }

    /// <summary>The answer under way is over.</summary>
    public void End()
    {
        lock (_gate)
        {
            _answering?.Dispose();
            (_question, _answering, LastUsed, HasAnswered) = (null, null, time.GetTimestamp(), true);
            if (_wantsRest) _mayRest.TrySetResult();
        }

        Changed();
    }

    /// <summary>Ends the answer to a question where it is, if it is the one under way; null for any.</summary>
    public void StopAnswer(string? questionId = null)
    {
        lock (_gate)
        {
            if (questionId is null || _question == questionId) _answering?.Cancel();
        }
    }

    public void Dispose()
    {
        lock (_gate) _answering?.Dispose();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
