using System.Globalization;

namespace Sa2VA.Cluster.Progress;

/// <summary>Ids of events in the form of Redis streams, <c>{milliseconds}-{number}</c>. Comparing them tells which came first.</summary>
internal readonly record struct EventId(ulong Time, ulong Number) : IComparable<EventId>
{
    /// <exception cref="ArgumentException">It is no id.</exception>
    public static EventId Parse(string text)
    {
        var parts = text.Split('-');
        return parts.Length == 2
            && ulong.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var time)
            && ulong.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new EventId(time, number)
            : throw new ArgumentException($"'{text}' is no id of an event; they look like 1700000000000-0.", nameof(text));
    }

    public static bool operator <(EventId left, EventId right) => left.CompareTo(right) < 0;

    public static bool operator >(EventId left, EventId right) => left.CompareTo(right) > 0;

    public static bool operator <=(EventId left, EventId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(EventId left, EventId right) => left.CompareTo(right) >= 0;

    public int CompareTo(EventId other) => (Time, Number).CompareTo((other.Time, other.Number));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Time}-{Number}");
}
