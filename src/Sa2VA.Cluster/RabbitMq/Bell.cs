namespace Sa2VA.Cluster.RabbitMq;

/// <summary>Wakes those who wait for work when this process itself has put some in a queue or freed a slot.</summary>
internal sealed class Bell
{
    private TaskCompletionSource _next = New();

    /// <summary>Completes at the next ring. Take it before looking, so that a ring in between is not missed.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    public void Ring() => Interlocked.Exchange(ref _next, New()).TrySetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
