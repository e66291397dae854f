using System.Globalization;

namespace Sa2VA.Cli.Display;

/// <summary>Frames per second of the current stage, and what is left at that rate. One reporter at a time.</summary>
internal sealed class RateMeter(TimeProvider time)
{
    private string? _stage;
    private long _started;
    private int _first;
    private int _start;

    /// <summary>Frames per second since the stage began; null while there is nothing to measure.</summary>
    public double? Rate { get; private set; }

    /// <summary>Time left; null while it cannot be told.</summary>
    public TimeSpan? Left { get; private set; }

    /// <summary>Whether the last status began another stage.</summary>
    public bool StageChanged { get; private set; }

    public void Update(RunStatus status)
    {
        StageChanged = status.Stage != _stage;
        if (StageChanged)
            (_stage, _started, _first) = (status.Stage, time.GetTimestamp(), Math.Max(status.Start, status.Done));
        else
            _first += Math.Max(0, status.Start - _start);    // more was found to be done already
        _start = status.Start;
        var seconds = time.GetElapsedTime(_started).TotalSeconds;
        Rate = status.Done > _first && seconds > 0 ? (status.Done - _first) / seconds : null;
        Left = Rate is { } rate && status.Total is { } total ? TimeSpan.FromSeconds(Math.Max(0, total - status.Done) / rate) : null;
    }

    public string Describe(RunStatus status)
    {
        if (status.Total is not { } total)
            return status.Stage;
        var text = string.Create(CultureInfo.InvariantCulture, $"{status.Stage} {status.Done}/{total} {status.Unit}");
        if (Rate is { } rate)
            text += string.Create(CultureInfo.InvariantCulture, $", {rate:0.00} {(status.Unit == RunStatus.Frames ? "fps" : status.Unit + "/s")}");
        if (Left is { } left && status.Done < total)
            text += $", {Clock(left)} left";
        return text;
    }

    /// <summary><c>1:02:03</c>, or <c>2:03</c> below an hour; days count as hours.</summary>
    public static string Clock(TimeSpan time) => time.TotalHours >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}") : time.ToString(@"m\:ss", CultureInfo.InvariantCulture);
}
