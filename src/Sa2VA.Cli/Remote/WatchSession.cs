using System.Threading.Channels;
using Sa2VA.Cluster.Client;

namespace Sa2VA.Cli.Remote;

/// <summary><c>sa2va watch</c>: follows a job to its end. Events come as they happen; how far everything is, is asked once a second.</summary>
internal static class WatchSession
{
    private const int MostRunning = 40;
    private const int MostQueued = 1000;

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    public static async Task<int> ExecuteAsync(Sa2vaClient client, string jobId, bool json, CancellationToken stop)
    {
        var first = await MomentAsync(client, jobId, stop);
        var last = await WatchDisplay.Create(json).ShowAsync(first, display => FollowAsync(client, jobId, first, display, stop));
        RemoteText.Say(json, RemoteText.Line(last.Job), RemoteText.Typed("job", last.Job));
        await foreach (var video in BadAsync(client, last.Job, stop))
            RemoteText.Say(json, RemoteText.Line(video), RemoteText.Typed("video", video));
        return RemoteText.ExitCodeOf(last.Job);
    }

    private static async Task<WatchMoment> FollowAsync(Sa2vaClient client, string jobId, WatchMoment moment, IWatchDisplay display, CancellationToken stop)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        // The reader of events waits when the display is slow; the gateway keeps what was not read.
        var events = Channel.CreateBounded<JobEvent>(new BoundedChannelOptions(MostQueued) { SingleReader = true, SingleWriter = true });
        var reader = ReadAsync(client, jobId, events.Writer, end.Token);
        using var timer = new PeriodicTimer(Every);
        try
        {
            while (!moment.Job.IsOver)
            {
                await timer.WaitForNextTickAsync(stop);
                // Before the moment is asked for: what was told before then is part of it.
                var told = Drain(events.Reader);
                moment = await MomentAsync(client, jobId, stop);
                display.Show(moment, told);
            }
        }
        finally
        {
            await end.CancelAsync();
            await reader;
        }

        display.Show(moment, Drain(events.Reader));
        return moment;
    }

    private static List<JobEvent> Drain(ChannelReader<JobEvent> events)
    {
        var told = new List<JobEvent>();
        while (events.TryRead(out var one)) told.Add(one);
        return told;
    }

    private static async Task ReadAsync(Sa2vaClient client, string jobId, ChannelWriter<JobEvent> target, CancellationToken end)
    {
        try
        {
            await foreach (var one in client.ReadEventsAsync(jobId, stop: end)) await target.WriteAsync(one, end);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The job is over, or the person has seen enough.
        }
        catch (Sa2vaException)
        {
            // The gateway stayed away: the next question about the job fails too, and says so.
        }
    }

    private static async Task<WatchMoment> MomentAsync(Sa2vaClient client, string jobId, CancellationToken stop)
    {
        var job = await client.FindJobAsync(jobId, stop) ?? throw RemoteIds.NotThere(jobId);
        var running = new List<Video>();
        if (job.ByState.GetValueOrDefault("running") > 0)
        {
            await foreach (var video in client.ListVideosAsync(jobId, "running", stop))
            {
                running.Add(video);
                if (running.Count == MostRunning) break;
            }
        }

        return new WatchMoment(job, running);
    }

    private static async IAsyncEnumerable<Video> BadAsync(Sa2vaClient client, Job job, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
    {
        foreach (var state in (string[])["failed", "dead"])
        {
            if (job.ByState.GetValueOrDefault(state) == 0) continue;
            await foreach (var video in client.ListVideosAsync(job.JobId, state, stop)) yield return video;
        }
    }
}
