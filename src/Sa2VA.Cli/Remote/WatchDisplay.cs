using Sa2VA.Cli.Display;
using Sa2VA.Cluster.Client;

namespace Sa2VA.Cli.Remote;

/// <summary>Shows moments of a job, one after the other.</summary>
internal interface IWatchDisplay
{
    /// <summary>Shows a moment, and what was told since the one before.</summary>
    void Show(WatchMoment moment, IReadOnlyList<JobEvent> told);
}

/// <summary>A way to show them: JSON lines, plain lines, or a live view.</summary>
internal abstract class WatchDisplay
{
    /// <summary>JSON lines when asked for; a live view when a person watches; plain lines otherwise.</summary>
    public static WatchDisplay Create(bool json) => json ? new JsonWatch() : RunDisplay.IsWatched ? new LiveWatch(TimeProvider.System) : new PlainWatch(TimeProvider.System);

    /// <summary>Follows a job and shows what it hands over.</summary>
    public abstract Task<WatchMoment> ShowAsync(WatchMoment first, Func<IWatchDisplay, Task<WatchMoment>> follow);
}
