namespace Sa2VA.Cli.Chatting;

/// <summary>Ctrl-C in a conversation: the first stops the answer, and one more, or one while nothing is answered, ends the conversation.</summary>
internal sealed class ChatSignals : IDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _end;
    private CancellationTokenSource? _answer;

    /// <param name="stop">Also ends the conversation.</param>
    public ChatSignals(CancellationToken stop)
    {
        _end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        StopSignals.Interceptor = OnInterrupt;
    }

    /// <summary>The end of the conversation.</summary>
    public CancellationToken End => _end.Token;

    /// <summary>An answer begins; its token ends with it, or with the conversation.</summary>
    public CancellationTokenSource BeginAnswer()
    {
        lock (_gate) return _answer = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
    }

    /// <summary>The answer is over.</summary>
    public void EndAnswer()
    {
        lock (_gate)
        {
            _answer?.Dispose();
            _answer = null;
        }
    }

    public void Dispose()
    {
        StopSignals.Interceptor = null;
        EndAnswer();
        _end.Dispose();
    }

    private bool OnInterrupt()
    {
        lock (_gate)
        {
            if (_answer is { IsCancellationRequested: false } answer)
            {
                Console.Error.WriteLine("sa2va: stopping the answer; press Ctrl-C again to end");
                answer.Cancel();
                return true;
            }

            // A third one, when the end does not come: the usual way.
            if (_end.IsCancellationRequested) return false;
            _end.Cancel();
            return true;
        }
    }
}
