using System.Text.Json;

namespace Sa2VA.Cluster.Client;

/// <summary>Server-sent events, as far as gateways send them: <c>id</c>, <c>event</c> and one line of <c>data</c>.</summary>
internal static class EventStream
{
    /// <summary>The next event of a job; null when the connection has ended.</summary>
    public static async Task<JobEvent?> ReadAsync(StreamReader lines, CancellationToken stop)
    {
        if (await ReadLinesAsync(lines, stop) is not var (id, type, data)) return null;
        var body = JsonSerializer.Deserialize<Body>(data, Caller.Json)!;
        return new JobEvent(id, type, body.At, body.VideoId, body.Detail);
    }

    /// <summary>The next event as it was sent; null when the connection has ended.</summary>
    public static async Task<(string Id, string Type, string Data)?> ReadLinesAsync(StreamReader lines, CancellationToken stop)
    {
        var (id, type, data) = ("", "", "");
        try
        {
            while (await lines.ReadLineAsync(stop) is { } line)
            {
                if (line.Length == 0 && data.Length > 0) return (id, type, data);

                // A line that begins with a colon says only that somebody is there.
                switch (line.Split(": ", 2))
                {
                    case ["id", var value]: id = value; break;
                    case ["event", var value]: type = value; break;
                    case ["data", var value]: data = value; break;
                }
            }
        }
        catch (Exception cut) when (cut is IOException or HttpRequestException)
        {
            // The same as an end: the reader comes again.
        }

        return null;
    }

    private sealed record Body(DateTimeOffset At, string? VideoId, string? Detail);
}
