using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Sa2VA.Actors;

/// <summary>
/// The root of a tree of actors in this process. Disposing it stops them all: the youngest root first, each after
/// its children and after the messages it already has, for at most the grace period; then without draining.
/// </summary>
public sealed class ActorSystem(TimeProvider? time = null, ILogger? log = null, TimeSpan? gracePeriod = null) : IAsyncDisposable
{
    private readonly TimeSpan _grace = gracePeriod ?? TimeSpan.FromSeconds(30);
    private readonly Lock _gate = new();
    private readonly List<IActorCell> _roots = [];
    private bool _closed;

    /// <summary>The clock that every delay and timeout of this system uses.</summary>
    public TimeProvider Time { get; } = time ?? TimeProvider.System;

    internal ILogger Log { get; } = log ?? NullLogger.Instance;

    /// <summary>Raised, on the thread that noticed, for each message that nobody will handle.</summary>
    public event Action<DeadLetter>? DeadLetters;

    /// <summary>Starts a root actor. Names of living roots differ.</summary>
    public ActorRef<TMessage> Spawn<TMessage>(string name, Func<Actor<TMessage>> factory, ActorOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var cell = new ActorCell<TMessage>(this, parent: null, name, factory, options ?? new ActorOptions());
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            _roots.RemoveAll(c => c.Terminated.IsCompleted);
            if (_roots.Exists(c => c.Path == name))
                throw new InvalidOperationException($"An actor named '{name}' is running; names of living roots differ.");
            _roots.Add(cell);
            cell.Start();
        }

        return cell.Ref;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        IActorCell[] living;
        lock (_gate)
        {
            if (_closed) return;
            _closed = true;
            living = [.. _roots];
        }

        using var grace = new CancellationTokenSource(_grace, Time);
        for (var i = living.Length - 1; i >= 0; i--)
        {
            living[i].RequestStop(drain: true);
            await living[i].Terminated.WaitAsync(grace.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            living[i].RequestStop(drain: false);
            await living[i].Terminated.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    internal void Publish(DeadLetter letter)
    {
        Log.DeadLettered(letter.Path, letter.Message?.GetType().Name ?? "null");
        DeadLetters?.Invoke(letter);
    }
}
