namespace Sa2VA.Cli.Display;

/// <summary>Plain lines on the error stream, for logs.</summary>
internal sealed class PlainDisplay(TimeProvider time) : ThrottledDisplay(time, TimeSpan.FromSeconds(5))
{
    protected override void Write(RunStatus status, RateMeter meter) =>
        Console.Error.WriteLine(meter.Describe(status) + (status.Message is null ? "" : ": " + status.Message));
}
