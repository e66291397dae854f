namespace Sa2VA.Cli.Display;

/// <summary>Shows how the work goes on while it is done.</summary>
internal abstract class RunDisplay
{
    /// <summary>JSON lines when asked for; a live bar when a person watches; plain lines otherwise. The standard output stays for results.</summary>
    public static RunDisplay Create(bool json) => json ? new JsonDisplay(TimeProvider.System)
        : Console.IsErrorRedirected || Environment.GetEnvironmentVariable("TERM") is null or "dumb" ? new PlainDisplay(TimeProvider.System)
        : new LiveDisplay(TimeProvider.System);

    /// <summary>Does the work and shows what it reports; reports may come from any thread.</summary>
    public abstract Task<T> ShowAsync<T>(Func<IProgress<RunStatus>, Task<T>> work);
}
