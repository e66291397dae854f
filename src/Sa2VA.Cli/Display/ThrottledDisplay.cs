namespace Sa2VA.Cli.Display;

/// <summary>A display of lines: one when the stage changes, one for every message, and one now and then in between.</summary>
internal abstract class ThrottledDisplay(TimeProvider time, TimeSpan every) : RunDisplay
{
    private readonly Lock _gate = new();
    private readonly RateMeter _meter = new(time);
    private long _written;

    public override Task<T> ShowAsync<T>(Func<IProgress<RunStatus>, Task<T>> work) => work(new Reporter(this));

    protected abstract void Write(RunStatus status, RateMeter meter);

    private void OnStatus(RunStatus status)
    {
        lock (_gate)
        {
            _meter.Update(status);
            if (!_meter.StageChanged && status.Message is null && status.Done != status.Total && time.GetElapsedTime(_written) < every)
                return;
            _written = time.GetTimestamp();
            Write(status, _meter);
        }
    }

    // Progress<T> would hand reports to the thread pool, out of order.
    private sealed class Reporter(ThrottledDisplay display) : IProgress<RunStatus>
    {
        public void Report(RunStatus value) => display.OnStatus(value);
    }
}
