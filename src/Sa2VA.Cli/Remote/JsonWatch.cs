using Sa2VA.Cluster.Client;

namespace Sa2VA.Cli.Remote;

/// <summary>An object a line on the standard output: each event, and the job when its numbers have changed.</summary>
internal sealed class JsonWatch : WatchDisplay, IWatchDisplay
{
    private string? _last;

    public override Task<WatchMoment> ShowAsync(WatchMoment first, Func<IWatchDisplay, Task<WatchMoment>> follow) => follow(this);

    public void Show(WatchMoment moment, IReadOnlyList<JobEvent> told)
    {
        foreach (var one in told)
        {
            var line = RemoteText.Typed("event", one);
            // A record has a type of its own, which is what happened.
            (line["type"], line["event"]) = ("event", one.Type);
            Console.Out.WriteLine(line.ToJsonString());
        }

        var job = RemoteText.Typed("progress", moment.Job);
        job["framesPerSecond"] = Math.Round(moment.Rate, 3);
        if (job.ToJsonString() is var text && text != _last) Console.Out.WriteLine(_last = text);
    }
}
