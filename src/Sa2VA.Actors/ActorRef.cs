namespace Sa2VA.Actors;

/// <summary>An address to send messages to. Safe to share between threads; stays valid over restarts.</summary>
public sealed class ActorRef<TMessage>
{
    private readonly ActorCell<TMessage> _cell;

    internal ActorRef(ActorCell<TMessage> cell) => _cell = cell;

    /// <summary>Slash-separated names from the root, for logs and dead letters.</summary>
    public string Path => _cell.Path;

    /// <summary>
    /// Completes when the actor has stopped for good: successfully after a stop, faulted with the last failure when
    /// supervision gave up on it.
    /// </summary>
    public Task Terminated => _cell.Terminated;

    /// <summary>
    /// Queues a message; completes once it is in the mailbox, which may mean waiting for room (back-pressure).
    /// Cancelling after that has no effect. A message to a stopped actor becomes a dead letter, not an exception.
    /// </summary>
    public ValueTask TellAsync(TMessage message, CancellationToken cancellationToken = default)
        => _cell.EnqueueAsync(new Envelope<TMessage>(message, Reply: null), cancellationToken);

    /// <summary>Queues a message only if there is room now; false leaves the message with the caller.</summary>
    public bool TryTell(TMessage message) => _cell.TryEnqueue(new Envelope<TMessage>(message, Reply: null));

    /// <summary>
    /// Sends the message that <paramref name="message"/> makes around a reply address, and waits for the answer.
    /// A failure of the actor while it handles the message is rethrown here; a stopped actor gives
    /// <see cref="DeadLetterException"/>; no answer in time gives <see cref="AskTimeoutException"/>.
    /// The time in the mailbox counts.
    /// </summary>
    public async Task<TReply> AskAsync<TReply>(
        Func<ReplyTo<TReply>, TMessage> message, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        var reply = new ReplyTo<TReply>();
        var question = message(reply);
        using var expiry = new CancellationTokenSource(timeout, _cell.System.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(expiry.Token, cancellationToken);
        try
        {
            await _cell.EnqueueAsync(new Envelope<TMessage>(question, reply), either.Token);
            return await reply.Task.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (expiry.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new AskTimeoutException(Path, question?.GetType() ?? typeof(TMessage), timeout);
        }
    }

    /// <summary>
    /// Stops the actor and its children and waits until they have. With <paramref name="drain"/> what is in the
    /// mailbox is handled first; without, the current message's token is cancelled and the rest become dead letters.
    /// Cancelling the token only stops the waiting.
    /// </summary>
    public async Task StopAsync(bool drain = true, CancellationToken cancellationToken = default)
    {
        _cell.RequestStop(drain);
        try
        {
            await _cell.Terminated.WaitAsync(cancellationToken);
        }
        catch (Exception) when (_cell.Terminated.IsFaulted)
        {
            // It had failed already; whoever watches Terminated hears of it.
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Path;
}
