namespace Sa2VA.Cluster.Sources.Remote;

/// <summary>Runs one step on the network after another, each for a limited time, and says in our words what can go wrong with any of them.</summary>
internal sealed class StallWatch(TimeSpan limit, TimeProvider time, CancellationToken cancellationToken) : IDisposable
{
    private CancellationTokenSource? _timer;
    private CancellationTokenSource? _both;

    /// <exception cref="SourceException">The step took too long, or the connection failed; both are transient.</exception>
    public async Task<T> GuardAsync<T>(string shown, Func<CancellationToken, Task<T>> step)
    {
        if (_both is null)
        {
            _timer = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
            _both = CancellationTokenSource.CreateLinkedTokenSource(_timer.Token, cancellationToken);
        }

        _timer!.CancelAfter(limit);
        try
        {
            return await step(_both.Token);
        }
        catch (OperationCanceledException) when (_timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            Reset();
            throw new SourceException(SourceErrorKind.Unreachable, $"The server of '{shown}' sent nothing for {limit.TotalSeconds:0.#} s (sources.stallTimeout).");
        }
        catch (OperationCanceledException failure) when (!cancellationToken.IsCancellationRequested)
        {
            // A limit of the transport itself, as that on connecting.
            throw new SourceException(SourceErrorKind.Unreachable, $"The server of '{shown}' does not answer (sources.connectTimeout): {failure.Message}", failure);
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException && failure.InnerException is not SourceException)
        {
            throw new SourceException(SourceErrorKind.Unreachable, $"The connection to the server of '{shown}' failed: {failure.Message}", failure);
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException)
        {
            throw (SourceException)failure.InnerException!;
        }
        finally
        {
            _timer?.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose() => Reset();

    private void Reset()
    {
        _both?.Dispose();
        _timer?.Dispose();
        (_both, _timer) = (null, null);
    }
}
