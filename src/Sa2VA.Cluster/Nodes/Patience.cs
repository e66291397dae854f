using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.Nodes;

/// <summary>Waits for a server that is away, and tries again what a session wanted of it. Only for work that may be done twice.</summary>
/// <param name="videoId">The session's video, for the log.</param>
/// <param name="services">The clock and the log.</param>
internal sealed class Patience(string videoId, NodeServices services)
{
    /// <summary>The first wait for a server; each one is twice as long as the one before.</summary>
    public static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    /// <summary>How long the wait after this one is.</summary>
    public static TimeSpan Longer(TimeSpan wait) => wait * 2 < LongestWait ? wait * 2 : LongestWait;

    /// <summary>Works until no server is away any more.</summary>
    public Task TryAsync(Func<Task> work, CancellationToken stop)
        => TryAsync(
            async () =>
            {
                await work();
                return 0;
            },
            stop);

    /// <summary>Works until no server is away any more.</summary>
    public async Task<T> TryAsync<T>(Func<Task<T>> work, CancellationToken stop)
    {
        for (var wait = FirstWait; ; wait = Longer(wait))
        {
            try
            {
                return await work();
            }
            catch (Exception failure) when (ServerUnavailableException.Is(failure))
            {
                await WaitAsync(failure, wait, stop);
            }
        }
    }

    /// <summary>Says what the video waits for, and waits.</summary>
    public Task WaitAsync(Exception failure, TimeSpan wait, CancellationToken stop)
    {
        services.Log.VideoWaits(videoId, failure.Message);
        return Task.Delay(wait, services.Time, stop);
    }
}
