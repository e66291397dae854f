using System.Text.Json.Nodes;

namespace Sa2VA.Cli.Display;

/// <summary>One JSON object a line on the standard output, for programs.</summary>
internal sealed class JsonDisplay(TimeProvider time) : ThrottledDisplay(time, TimeSpan.FromSeconds(1))
{
    protected override void Write(RunStatus status, RateMeter meter) => Console.Out.WriteLine(new JsonObject
    {
        ["type"] = "progress",
        ["stage"] = status.Stage,
        ["framesDone"] = status.Done,
        ["framesTotal"] = status.Total,
        ["framesPerSecond"] = meter.Rate is { } rate ? Math.Round(rate, 3) : null,
        ["secondsLeft"] = meter.Left is { } left ? Math.Round(left.TotalSeconds, 1) : null,
        ["message"] = status.Message,
    }.ToJsonString());
}
