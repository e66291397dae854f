using System.Globalization;
using Sa2VA.Cluster.Client;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Sa2VA.Cli.Remote;

/// <summary>A live view on the error stream: the job's bar, what is worked on, and what happened last.</summary>
internal sealed class LiveWatch(TimeProvider time) : WatchDisplay
{
    private const int BarWidth = 40;
    private const int SmallBarWidth = 16;
    private const int LastEvents = 6;

    // The job's lines, the heads of the two lists, and a line of air.
    private const int OtherLines = 5;

    private readonly Queue<string> _happened = new();
    private (long Stamp, long Over)? _start;

    public override async Task<WatchMoment> ShowAsync(WatchMoment first, Func<IWatchDisplay, Task<WatchMoment>> follow)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return await console.Live(Picture(first, [], console.Profile.Height)).AutoClear(true).StartAsync(live => follow(new Screen(this, live, console.Profile)));
    }

    /// <summary>The picture of a moment.</summary>
    /// <param name="moment">The moment.</param>
    /// <param name="told">What was told since the last.</param>
    /// <param name="height">Lines of the terminal.</param>
    internal IRenderable Picture(WatchMoment moment, IReadOnlyList<JobEvent> told, int height)
    {
        _start ??= (time.GetTimestamp(), moment.Over);
        foreach (var one in told.Where(WatchText.IsWorthALine)) _happened.Enqueue(WatchText.Of(one));
        while (_happened.Count > LastEvents) _happened.Dequeue();

        var job = moment.Job;
        var lines = new List<IRenderable>
        {
            new Markup($"[bold]{Markup.Escape(job.Title ?? job.JobId)}[/]  [grey]{Markup.Escape($"{job.JobId}, {job.Model}, {job.Priority}")}{(job.IsHeld ? ", held" : "")}[/]"),
            new Markup($"{Bar(moment)} {Markup.Escape(WatchText.Of(moment))}{Markup.Escape(Left(moment))}"),
        };
        var room = Math.Max(1, height - OtherLines - _happened.Count);
        if (moment.Running.Count > 0) lines.Add(Table(moment.Running, room));
        lines.AddRange(_happened.Select(text => new Text(text, new Style(Color.Grey))));
        return new Rows(lines);
    }

    private static string Bar(WatchMoment moment)
    {
        var job = moment.Job;
        var bad = job.ByState.GetValueOrDefault("failed") + job.ByState.GetValueOrDefault("dead");
        var cancelled = job.ByState.GetValueOrDefault("cancelled");
        var (done, wrong, gone) = (Cells(moment.Over - bad - cancelled), Cells(bad), Cells(cancelled));
        return $"[green]{new string('━', done)}[/][red]{new string('━', wrong)}[/][yellow]{new string('━', gone)}[/][grey]{new string('━', Math.Max(0, BarWidth - done - wrong - gone))}[/]";

        int Cells(long videos) => (int)(BarWidth * videos / Math.Max(1, job.Videos));
    }

    private static Grid Table(IReadOnlyList<Video> running, int room)
    {
        var grid = new Grid();
        for (var i = 0; i < 4; i++) grid.AddColumn(new GridColumn { NoWrap = true, Padding = new Padding(0, 0, 2, 0) });
        var shown = running.Count <= room ? running.Count : room - 1;
        foreach (var video in running.Take(shown))
        {
            var filled = video.Progress.Total is { } total and > 0 ? (int)Math.Clamp(SmallBarWidth * video.Progress.Done / total, 0, SmallBarWidth) : 0;
            grid.AddRow(
                new Text(video.Name ?? video.Source), new Markup($"[aqua]{new string('━', filled)}[/][grey]{new string('━', SmallBarWidth - filled)}[/]"),
                new Text(RemoteText.Frames(video.Progress)), new Text(video.Node ?? "", new Style(Color.Grey)));
        }

        if (shown < running.Count) grid.AddRow(new Text($"and {running.Count - shown} more", new Style(Color.Grey)), Text.Empty, Text.Empty, Text.Empty);
        return grid;
    }

    private string Left(WatchMoment moment)
    {
        var (stamp, before) = _start!.Value;
        var (done, left) = (moment.Over - before, moment.Job.Videos - moment.Over);
        if (done < 1 || left == 0) return "";
        var pace = time.GetElapsedTime(stamp) / done;
        return string.Create(CultureInfo.InvariantCulture, $"; about {Display.RateMeter.Clock(pace * left)} left");
    }

    private sealed class Screen(LiveWatch view, LiveDisplayContext live, Profile profile) : IWatchDisplay
    {
        public void Show(WatchMoment moment, IReadOnlyList<JobEvent> told) => live.UpdateTarget(view.Picture(moment, told, profile.Height));
    }
}
