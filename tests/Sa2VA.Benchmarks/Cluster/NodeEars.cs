using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Sa2VA.Benchmarks.Cluster;

/// <summary>Hears when a node's videos begin and are over, and everything that it complains about. Thread-safe.</summary>
internal sealed class NodeEars : ILogger
{
    private readonly Lock _gate = new();
    private readonly Dictionary<int, List<long>> _times = [];
    private readonly List<string> _complaints = [];

    /// <summary>When it said something, by the clock's timestamps; in order.</summary>
    public IReadOnlyList<long> TimesOf(int eventId)
    {
        lock (_gate) return _times.TryGetValue(eventId, out var times) ? [.. times] : [];
    }

    /// <summary>Warnings and worse.</summary>
    public IReadOnlyList<string> Complaints
    {
        get
        {
            lock (_gate) return [.. _complaints];
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel)) return;
        var now = Stopwatch.GetTimestamp();
        lock (_gate)
        {
            if (!_times.TryGetValue(eventId.Id, out var times)) _times.Add(eventId.Id, times = []);
            times.Add(now);
            if (logLevel >= LogLevel.Warning) _complaints.Add(formatter(state, exception));
        }
    }
}
