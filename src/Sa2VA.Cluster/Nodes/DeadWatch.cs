using Sa2VA.Cluster.Operations;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.Nodes;

/// <summary>
/// Looks after the dead, as long as a node lives: the broker has a limit of its own, and what it gives up is queued again as long as the job
/// store wants it done. Any number may run.
/// </summary>
internal static class DeadWatch
{
    // It happens to work that has lost its node a thousand times; a minute more matters little, and a look at nothing new costs one question.
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    /// <summary>Watches until cancelled; a server that is away is waited for.</summary>
    public static async Task RunAsync(NodeServices services, CancellationToken stop)
    {
        var doctor = new Doctor(services.Jobs, services.Journal, services.Transport, services.Results, services.Time);
        using var timer = new PeriodicTimer(Every, services.Time);
        var seen = 0L;
        try
        {
            do
            {
                seen = await LookAsync(services, doctor, seen, stop);
            }
            while (await timer.WaitForNextTickAsync(stop));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Others watch.
        }
    }

    /// <summary>How many there were, and none of them to be rescued.</summary>
    private static async Task<long> LookAsync(NodeServices services, Doctor doctor, long seen, CancellationToken stop)
    {
        try
        {
            var count = await services.Transport.CountDeadAsync(stop);
            if (count == 0 || count == seen) return count;
            foreach (var rescued in await doctor.RescueDroppedAsync(stop)) services.Log.WorkRescued(rescued.VideoId, rescued.Detail);
            return await services.Transport.CountDeadAsync(stop);
        }
        catch (Exception failure) when (ServerUnavailableException.Is(failure))
        {
            return seen;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            services.Log.DeadFailed(failure);
            return seen;
        }
    }
}
