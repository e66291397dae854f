namespace Sa2VA.Cli.Display;

/// <summary>Shows how the work goes on while it is done.</summary>
internal abstract class RunDisplay
{
    /// <summary>Whether a person watches the error stream on a terminal that can be drawn on.</summary>
    public static bool IsWatched => !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "dumb");

    /// <summary>JSON lines when asked for; a live bar when a person watches; plain lines otherwise. The standard output stays for results.</summary>
    public static RunDisplay Create(bool json) => json ? new JsonDisplay(TimeProvider.System)
        : IsWatched ? new LiveDisplay(TimeProvider.System)
        : new PlainDisplay(TimeProvider.System);

    /// <summary>Does the work and shows what it reports; reports may come from any thread.</summary>
    public abstract Task<T> ShowAsync<T>(Func<IProgress<RunStatus>, Task<T>> work);
}
