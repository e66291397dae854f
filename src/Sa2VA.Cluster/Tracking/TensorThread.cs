using System.Threading.Channels;

namespace Sa2VA.Cluster.Tracking;

/// <summary>
/// One thread that runs tensor work, one piece after the other. libtorch keeps a pool of workers per calling thread,
/// so calling it from whichever pool thread an await resumes on would multiply them; and two pieces of work at a time
/// would fight over the same cores.
/// </summary>
public sealed class TensorThread : IAsyncDisposable
{
    // A caller waits for its result anyway; the bound only makes a leak of callers visible as waiting.
    private readonly Channel<Action> _work = Channel.CreateBounded<Action>(new BoundedChannelOptions(16) { SingleReader = true });
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Starts the thread.</summary>
    public TensorThread(string name)
    {
        var thread = new Thread(Loop) { IsBackground = true, Name = name };
        thread.Start();
    }

    /// <summary>Runs the work on the thread; cancelling counts until it begins.</summary>
    public async Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        await _work.Writer.WriteAsync(() => Complete(result, work, cancellationToken), cancellationToken);
        return await result.Task;
    }

    /// <summary>Runs the work on the thread; cancelling counts until it begins.</summary>
    public Task RunAsync(Action work, CancellationToken cancellationToken)
        => RunAsync<object?>(
            () =>
            {
                work();
                return null;
            },
            cancellationToken);

    /// <summary>Finishes what is queued, then ends the thread.</summary>
    public async ValueTask DisposeAsync()
    {
        _work.Writer.TryComplete();
        await _ended.Task;
    }

    private static void Complete<T>(TaskCompletionSource<T> result, Func<T> work, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            result.TrySetCanceled(cancellationToken);
            return;
        }

        try
        {
            result.TrySetResult(work());
        }
        catch (Exception failure)
        {
            result.TrySetException(failure);
        }
    }

    private void Loop()
    {
        // The thread exists to block: waiting here costs nothing else.
        while (_work.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (_work.Reader.TryRead(out var work)) work();
        }

        _ended.TrySetResult();
    }
}
