using System.Globalization;
using Sa2VA.Cluster.Client;

namespace Sa2VA.Cli.Remote;

/// <summary>Lines on the error stream: every end of a video, and the counts now and then.</summary>
internal sealed class PlainWatch(TimeProvider time) : WatchDisplay, IWatchDisplay
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    private long _written;
    private string? _last;

    public override Task<WatchMoment> ShowAsync(WatchMoment first, Func<IWatchDisplay, Task<WatchMoment>> follow)
    {
        Show(first, []);
        return follow(this);
    }

    public void Show(WatchMoment moment, IReadOnlyList<JobEvent> told)
    {
        foreach (var one in told.Where(WatchText.IsWorthALine)) Console.Error.WriteLine(WatchText.Of(one));
        var text = WatchText.Of(moment);
        if (text == _last || (!moment.Job.IsOver && _last is not null && time.GetElapsedTime(_written) < Every)) return;
        (_last, _written) = (text, time.GetTimestamp());
        Console.Error.WriteLine(text);
    }
}

/// <summary>Sentences of a watch.</summary>
internal static class WatchText
{
    /// <summary>Ends and troubles; what goes as it should is seen in the counts.</summary>
    public static bool IsWorthALine(JobEvent one) => one.Type is "video-completed" or "video-failed" or "video-cancelled" or "video-dead" or "video-handed-over" or "video-reused" or "job-over";

    public static string Of(JobEvent one) => string.Create(
        CultureInfo.InvariantCulture, $"{one.At.ToLocalTime():HH:mm:ss}  {(one.VideoId is { } video ? video + "  " : "")}{one.Type}{(one.Detail is { Length: > 0 } detail ? $": {detail}" : "")}");

    public static string Of(WatchMoment moment)
    {
        var text = $"{moment.Over}/{moment.Job.Videos} videos: {RemoteText.Counts(moment.Job)}";
        return moment.Rate > 0 ? string.Create(CultureInfo.InvariantCulture, $"{text}; {moment.Rate:0.0} fps") : text;
    }
}
