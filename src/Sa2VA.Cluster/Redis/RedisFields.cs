using System.Globalization;

namespace Sa2VA.Cluster.Redis;

/// <summary>The fields of a hash or an event, with what stands in them read leniently: progress is worth no failure.</summary>
internal sealed class RedisFields(IReadOnlyDictionary<string, string> fields)
{
    public int Count => fields.Count;

    public string? Find(string name) => fields.GetValueOrDefault(name);

    public string Text(string name) => Find(name) ?? "";

    public long Number(string name) => long.TryParse(Text(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>A pace: never negative, though sums of fractions may end a hair below 0.</summary>
    public double Real(string name) => double.TryParse(Text(name), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? Math.Max(0, number) : 0;

    public DateTimeOffset Time(string name) => DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(Number(name), 0, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));
}
