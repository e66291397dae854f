using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Sa2VA.Cluster.Tests.Redis;

/// <summary>A log in which a test can wait for an event.</summary>
internal sealed class LogWatch : ILogger
{
    private readonly ConcurrentDictionary<int, TaskCompletionSource<string>> _events = new();

    /// <summary>Completes with the message once an event with this id was logged, now or before.</summary>
    public Task<string> Saw(int id, CancellationToken cancellationToken) => Of(id).Task.WaitAsync(cancellationToken);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        => Of(eventId.Id).TrySetResult(formatter(state, exception));

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
        => null;

    private TaskCompletionSource<string> Of(int id) => _events.GetOrAdd(id, _ => new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously));
}
