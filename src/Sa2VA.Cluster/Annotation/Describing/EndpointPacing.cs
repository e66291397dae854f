namespace Sa2VA.Cluster.Annotation.Describing;

/// <summary>Pauses between attempts. What a server asks for holds back all questions to it, not only the one that it refused.</summary>
internal sealed class EndpointPacing(EndpointOptions options)
{
    private readonly Lock _gate = new();
    private DateTimeOffset _notBefore;

    /// <summary>Waits as long as the server asked for.</summary>
    public async Task TurnAsync(CancellationToken cancellationToken)
    {
        while (Left() is { } left && left > TimeSpan.Zero) await Task.Delay(left, options.Time, cancellationToken);
    }

    /// <summary>The server asked to be left alone.</summary>
    public void Ask(TimeSpan pause)
    {
        var until = options.Time.GetUtcNow() + pause;
        lock (_gate) _notBefore = until > _notBefore ? until : _notBefore;
    }

    /// <summary>Our own pause after an attempt, counted from 1, with some chance in it so that many do not come back at once.</summary>
    public Task PauseAsync(int attempt, CancellationToken cancellationToken)
    {
        var pause = options.FirstPause * Math.Pow(2, Math.Min(attempt - 1, 20)) * (0.75 + 0.5 * Random.Shared.NextDouble());
        return Task.Delay(pause < options.LongestPause ? pause : options.LongestPause, options.Time, cancellationToken);
    }

    private TimeSpan Left()
    {
        lock (_gate) return _notBefore - options.Time.GetUtcNow();
    }
}
