using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;

namespace Sa2VA.Cluster.Telemetry;

/// <summary>
/// Collects what meters measure and writes it in Prometheus' text format. Counts begin when it is made, so make it first. Thread-safe.
/// </summary>
public sealed class PrometheusText : IDisposable
{
    /// <summary>What the text is served as.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, MetricFamily> _families = [];
    private readonly Lock _writing = new();

    /// <param name="meters">Names of the meters; none for this cluster's and the runtime's own (memory, collections, threads).</param>
    public PrometheusText(params IReadOnlyCollection<string> meters)
    {
        if (meters.Count == 0) meters = [ClusterMetrics.MeterName, "System.Runtime"];
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            // By name: two nodes in one process are two series of a family, as the text must not have a family twice.
            if (meters.Contains(instrument.Meter.Name)) listener.EnableMeasurementEvents(instrument, _families.GetOrAdd(PrometheusName.Of(instrument), _ => new MetricFamily(instrument)));
        };
        _listener.SetMeasurementEventCallback<byte>(Record);
        _listener.SetMeasurementEventCallback<short>(Record);
        _listener.SetMeasurementEventCallback<int>(Record);
        _listener.SetMeasurementEventCallback<long>(Record);
        _listener.SetMeasurementEventCallback<float>(Record);
        _listener.SetMeasurementEventCallback<double>(Record);
        _listener.SetMeasurementEventCallback<decimal>(Record);
        _listener.Start();
    }

    /// <summary>Everything as of now, in the order of the names.</summary>
    public string Write()
    {
        lock (_writing)
        {
            foreach (var family in _families.Values) family.BeginObservation();
            _listener.RecordObservableInstruments();
            var text = new StringBuilder();
            foreach (var family in _families.Values.OrderBy(f => f.Name, StringComparer.Ordinal)) family.Write(text);
            return text.ToString();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private static void Record<T>(Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
        where T : struct, IConvertible => ((MetricFamily)state!).Record(value.ToDouble(provider: null), tags);
}
