using System.Diagnostics.Metrics;
using System.Text;

namespace Sa2VA.Cluster.Telemetry;

/// <summary>Names of instruments as Prometheus writes them, by OpenTelemetry's rules: <c>sa2va.frame.duration</c> in <c>s</c> is <c>sa2va_frame_duration_seconds</c>.</summary>
internal static class PrometheusName
{
    public static string Of(Instrument instrument)
    {
        var type = TypeOf(instrument);
        var name = Clean(instrument.Name, allowColon: true);
        var unit = instrument.Unit switch
        {
            "s" => "seconds",
            "ms" => "milliseconds",
            "By" => "bytes",
            "Hz" => "hertz",
            "%" => "percent",
            "1" when type == PrometheusType.Gauge => "ratio",
            _ => "",
        };
        if (unit.Length > 0 && !name.EndsWith("_" + unit, StringComparison.Ordinal)) name += "_" + unit;
        return type == PrometheusType.Counter && !name.EndsWith("_total", StringComparison.Ordinal) ? name + "_total" : name;
    }

    /// <summary>The type of an instrument, whose classes are generic and have no base for each sort.</summary>
    public static PrometheusType TypeOf(Instrument instrument) => instrument.GetType().Name.Split('`')[0] switch
    {
        "Histogram" => PrometheusType.Histogram,
        "Counter" or "ObservableCounter" => PrometheusType.Counter,
        _ => PrometheusType.Gauge,
    };

    /// <summary>A label's name.</summary>
    public static string OfLabel(string tag) => Clean(tag, allowColon: false);

    private static string Clean(string name, bool allowColon)
    {
        var text = new StringBuilder(name.Length);
        foreach (var c in name)
        {
            var isPlain = char.IsAsciiLetterOrDigit(c) || (c == ':' && allowColon);
            if (isPlain) text.Append(c);
            else if (text.Length == 0 || text[^1] != '_') text.Append('_');
        }

        if (text.Length == 0 || char.IsAsciiDigit(text[0])) text.Insert(0, '_');
        return text.ToString();
    }
}

/// <summary>The types of the text format.</summary>
internal enum PrometheusType
{
    Counter,
    Gauge,
    Histogram,
}
