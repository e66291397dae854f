using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Sa2VA.Cluster.Telemetry;

/// <summary>The values of the instruments of one name since the process began, one series per set of tags. Thread-safe.</summary>
internal sealed class MetricFamily
{
    // A tag with endlessly many values is a mistake; what comes beyond these is counted together.
    private const int MaxSeries = 1000;
    private const string Overflow = "overflow=\"true\"";

    private static readonly double[] UsualBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, Series> _series = new(StringComparer.Ordinal);
    private readonly string _help;
    private readonly PrometheusType _type;
    private readonly bool _isObserved;
    private readonly bool _adds;
    private readonly double[] _boundaries;

    /// <param name="instrument">The first of that name; it decides the type, the help and the buckets.</param>
    public MetricFamily(Instrument instrument)
    {
        _isObserved = instrument.IsObservable;
        _type = PrometheusName.TypeOf(instrument);
        // Observed instruments and gauges tell their value, the others what is to be added to it.
        _adds = !_isObserved && !instrument.GetType().Name.StartsWith("Gauge", StringComparison.Ordinal);
        _help = instrument.Description ?? "";
        _boundaries = _type == PrometheusType.Histogram ? Boundaries(instrument) : [];
        Name = PrometheusName.Of(instrument);
    }

    /// <summary>As in the text.</summary>
    public string Name { get; }

    /// <summary>Takes a measurement in.</summary>
    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = Labels(tags);
        lock (_gate)
        {
            if (!_series.TryGetValue(labels, out var series))
            {
                if (_series.Count >= MaxSeries) labels = Overflow;
                if (!_series.TryGetValue(labels, out series)) _series.Add(labels, series = new Series(_boundaries.Length + 1));
            }

            if (_type == PrometheusType.Histogram) series.Buckets[Bucket(value)]++;
            series.Count++;
            series.Value = _adds ? series.Value + value : value;
        }
    }

    /// <summary>Forgets what was observed: what is not observed again is not there any more.</summary>
    public void BeginObservation()
    {
        if (!_isObserved) return;
        lock (_gate) _series.Clear();
    }

    public void Write(StringBuilder text)
    {
        lock (_gate)
        {
            if (_series.Count == 0) return;
            if (_help.Length > 0) text.Append("# HELP ").Append(Name).Append(' ').Append(Escape(_help, quotes: false)).Append('\n');
            text.Append("# TYPE ").Append(Name).Append(' ').Append(_type.ToString().ToLowerInvariant()).Append('\n');
            foreach (var (labels, series) in _series)
            {
                if (_type == PrometheusType.Histogram) WriteHistogram(text, labels, series);
                else Line(text, Name, labels, Number(series.Value));
            }
        }
    }

    private void WriteHistogram(StringBuilder text, string labels, Series series)
    {
        var sum = 0L;
        for (var i = 0; i <= _boundaries.Length; i++)
        {
            sum += series.Buckets[i];
            var limit = $"le=\"{(i == _boundaries.Length ? "+Inf" : Number(_boundaries[i]))}\"";
            Line(text, Name + "_bucket", labels.Length == 0 ? limit : $"{labels},{limit}", sum.ToString(CultureInfo.InvariantCulture));
        }

        Line(text, Name + "_sum", labels, Number(series.Value));
        Line(text, Name + "_count", labels, series.Count.ToString(CultureInfo.InvariantCulture));
    }

    private static void Line(StringBuilder text, string name, string labels, string value)
    {
        text.Append(name);
        if (labels.Length > 0) text.Append('{').Append(labels).Append('}');
        text.Append(' ').Append(value).Append('\n');
    }

    /// <summary>The first bucket whose boundary is not below the value; the last one has none.</summary>
    private int Bucket(double value)
    {
        var at = Array.BinarySearch(_boundaries, value);
        return at >= 0 ? at : ~at;
    }

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.Length == 0) return "";
        var sorted = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in tags) sorted[PrometheusName.OfLabel(name)] = Escape(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "", quotes: true);
        return string.Join(',', sorted.Select(label => $"{label.Key}=\"{label.Value}\""));
    }

    private static string Escape(string text, bool quotes)
    {
        text = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return quotes ? text.Replace("\"", "\\\"", StringComparison.Ordinal) : text;
    }

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static double[] Boundaries(Instrument instrument) => instrument switch
    {
        Histogram<double> { Advice.HistogramBucketBoundaries: { } limits } => [.. limits],
        Histogram<float> { Advice.HistogramBucketBoundaries: { } limits } => [.. limits.Select(l => (double)l)],
        Histogram<long> { Advice.HistogramBucketBoundaries: { } limits } => [.. limits.Select(l => (double)l)],
        Histogram<int> { Advice.HistogramBucketBoundaries: { } limits } => [.. limits.Select(l => (double)l)],
        _ => UsualBoundaries,
    };

    private sealed class Series(int buckets)
    {
        public long[] Buckets { get; } = new long[buckets];

        public long Count { get; set; }

        public double Value { get; set; }
    }
}
