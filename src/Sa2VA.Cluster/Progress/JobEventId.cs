using System.Globalization;

namespace Sa2VA.Cluster.Progress;

/// <summary>Ids of events in the form of Redis streams, <c>{milliseconds}-{number}</c>. Comparing them tells which came first; the default comes before all.</summary>
/// <param name="Time">Milliseconds since 1970.</param>
/// <param name="Number">Among those of one millisecond.</param>
public readonly record struct JobEventId(ulong Time, ulong Number) : IComparable<JobEventId>
{
    /// <summary>Reads an id.</summary>
    /// <exception cref="ArgumentException">It is no id.</exception>
    public static JobEventId Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split('-');
        return parts.Length == 2
            && ulong.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var time)
            && ulong.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new JobEventId(time, number)
            : throw new ArgumentException($"'{text}' is no id of an event; they look like 1700000000000-0.", nameof(text));
    }

    /// <inheritdoc/>
    public static bool operator <(JobEventId left, JobEventId right) => left.CompareTo(right) < 0;

    /// <inheritdoc/>
    public static bool operator >(JobEventId left, JobEventId right) => left.CompareTo(right) > 0;

    /// <inheritdoc/>
    public static bool operator <=(JobEventId left, JobEventId right) => left.CompareTo(right) <= 0;

    /// <inheritdoc/>
    public static bool operator >=(JobEventId left, JobEventId right) => left.CompareTo(right) >= 0;

    /// <inheritdoc/>
    public int CompareTo(JobEventId other) => (Time, Number).CompareTo((other.Time, other.Number));

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Time}-{Number}");
}
