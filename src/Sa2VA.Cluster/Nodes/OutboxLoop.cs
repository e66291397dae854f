using Sa2VA.Cluster.Settings;
using Sa2VA.Cluster.Telemetry;
using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.Nodes;

/// <summary>Sends what submissions left in the outbox to the work queues, as long as a node lives. Any number may run; nothing is lost when one dies.</summary>
internal static class OutboxLoop
{
    private const int Batch = 256;

    // Submitting is not urgent to the tenth of a second, and an idle look costs one query.
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(500);

    /// <summary>Pumps until cancelled; a server that is away is waited for.</summary>
    public static async Task RunAsync(NodeServices services, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Idle, services.Time);
        try
        {
            do
            {
                await PumpAsync(services, stop);
            }
            while (await timer.WaitForNextTickAsync(stop));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // What was not sent stays in the outbox.
        }
    }

    private static async Task PumpAsync(NodeServices services, CancellationToken stop)
    {
        try
        {
            while (await services.Jobs.PumpOutboxAsync(Batch, PublishAsync, stop) > 0)
            {
                // Until nothing is left.
            }

            while (services.Conversations is { } conversations && await conversations.PumpOutboxAsync(Batch, PublishAsync, stop) > 0)
            {
                // Nor here.
            }
        }
        catch (Exception failure) when (ServerUnavailableException.Is(failure))
        {
            // Looked at again at the next tick.
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // Submitted work must not wait for the node's restart because one look went wrong.
            services.Log.OutboxFailed(failure);
        }

        async ValueTask PublishAsync(WorkItem item, CancellationToken cancellationToken)
        {
            using var span = ClusterTracing.StartQueueing(item);
            await services.Transport.PublishAsync(item.Traced(), cancellationToken);
        }
    }
}
