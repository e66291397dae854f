namespace Sa2VA.Cluster.RabbitMq;

/// <summary>Waits that double from the first to the longest. One loop's, not thread-safe.</summary>
internal sealed class BackOff(TimeSpan first, TimeSpan longest, TimeProvider time)
{
    private readonly TimeSpan _first = first;
    private TimeSpan _next = first;

    /// <summary>Waits; ends early, and starts over, when <paramref name="wakeUp"/> completes.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task PauseAsync(Task wakeUp, CancellationToken cancellationToken)
    {
        await wakeUp.WaitAsync(_next, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        var doubled = _next * 2;
        _next = wakeUp.IsCompleted ? _first : doubled < longest ? doubled : longest;
    }

    /// <inheritdoc cref="PauseAsync(Task, CancellationToken)"/>
    public async Task PauseAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(_next, time, cancellationToken);
        var doubled = _next * 2;
        _next = doubled < longest ? doubled : longest;
    }
}
