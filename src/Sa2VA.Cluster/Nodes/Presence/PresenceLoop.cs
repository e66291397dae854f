using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.Nodes.Presence;

/// <summary>Says that a node is there, as long as it is. A server that is away costs announcements only.</summary>
internal static class PresenceLoop
{
    // A node that ends does not wait for long to say so.
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    /// <summary>Announces until cancelled, then takes leave.</summary>
    /// <param name="registry">Where.</param>
    /// <param name="look">The node as it is now.</param>
    /// <param name="time">The clock.</param>
    /// <param name="stop">Ends it without an exception.</param>
    public static async Task RunAsync(INodeRegistry registry, Func<NodePresence> look, TimeProvider time, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(INodeRegistry.Every, time);
        try
        {
            do
            {
                await TryAsync(registry.AnnounceAsync(look(), stop));
            }
            while (await timer.WaitForNextTickAsync(stop));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            using var farewell = new CancellationTokenSource(Farewell, time);
            await registry.LeaveAsync(look().Name, farewell.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task TryAsync(Task announcing)
    {
        try
        {
            await announcing;
        }
        catch (Exception failure) when (ServerUnavailableException.Is(failure) || failure is InvalidDataException)
        {
            // Said again at the next tick; nothing depends on it.
        }
    }
}
