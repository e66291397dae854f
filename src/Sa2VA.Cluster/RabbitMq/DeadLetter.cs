using System.Globalization;
using System.Text;
using RabbitMQ.Client;
using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.RabbitMq;

/// <summary>
/// Work among the dead: the body is the work's own, so that it can be moved back with the server's tools; why and when is in the headers.
/// What the server itself gave up has the server's header <c>x-death</c> instead.
/// </summary>
internal static class DeadLetter
{
    public const string Reason = "x-sa2va-reason";

    /// <summary>Milliseconds since 1970 in UTC.</summary>
    public const string At = "x-sa2va-at";

    /// <summary>All headers share one frame of 128 KiB.</summary>
    private const int LongestReason = 8_000;

    public static Outgoing Write(QueueNames names, ReadOnlyMemory<byte> work, string reason, DateTimeOffset at) => new(
        "", names.Dead, work, WorkMessage.Type, Persistent: true, new Dictionary<string, object?>
        {
            [Reason] = reason.Length > LongestReason ? reason[..LongestReason] + " ..." : reason,
            [At] = at.ToUnixTimeMilliseconds(),
        });

    public static DeadWork Read(BasicGetResult message)
    {
        var headers = message.BasicProperties.Headers;
        var readable = WorkMessage.TryRead(message.Body, out var item, out _);
        var isDropped = Text(headers, Reason) is null && LastDeath(headers) is not null;
        return new DeadWork(readable ? item! : new WorkItem(WorkMessage.Unreadable), ReasonOf(headers), AtOf(headers), isDropped);
    }

    private static string ReasonOf(IDictionary<string, object?>? headers)
    {
        if (Text(headers, Reason) is { } reason) return reason;
        return LastDeath(headers) is { } death
            ? $"The broker gave it up ({Text(death, "reason")}): queue '{Text(death, "queue")}' handed it out more often than its limit allows, and no node settled it."
            : "Nobody said why: it was put here by hand.";
    }

    private static DateTimeOffset AtOf(IDictionary<string, object?>? headers)
    {
        if (Value(headers, At) is { } at and (long or int)) return DateTimeOffset.FromUnixTimeMilliseconds(Convert.ToInt64(at, CultureInfo.InvariantCulture));
        return Value(LastDeath(headers), "time") is AmqpTimestamp time ? DateTimeOffset.FromUnixTimeSeconds(time.UnixTime) : DateTimeOffset.UnixEpoch;
    }

    private static IDictionary<string, object?>? LastDeath(IDictionary<string, object?>? headers)
        => Value(headers, "x-death") is IList<object> { Count: > 0 } deaths ? deaths[0] as IDictionary<string, object?> : null;

    private static string? Text(IDictionary<string, object?>? table, string key) => Value(table, key) is byte[] bytes ? Encoding.UTF8.GetString(bytes) : null;

    private static object? Value(IDictionary<string, object?>? table, string key) => table is not null && table.TryGetValue(key, out var value) ? value : null;
}
