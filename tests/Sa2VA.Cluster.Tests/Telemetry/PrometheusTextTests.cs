using System.Diagnostics.Metrics;
using Sa2VA.Cluster.Telemetry;

namespace Sa2VA.Cluster.Tests.Telemetry;

public sealed class PrometheusTextTests : IDisposable
{
    // A meter of its own per test: meters of one name are seen by every listener in the process.
    private readonly Meter _meter = new("test-" + Guid.NewGuid());
    private readonly PrometheusText _text;

    public PrometheusTextTests() => _text = new PrometheusText(_meter.Name);

    public void Dispose()
    {
        _text.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public void Counters_add_up_per_set_of_tags()
    {
        var counter = _meter.CreateCounter<long>("sa2va.some.frames", "{frame}", "Frames that are done.");
        counter.Add(2, new("stage", "track"), new("node", "a"));
        counter.Add(3, new("node", "a"), new("stage", "track"));
        counter.Add(1, new KeyValuePair<string, object?>("stage", "decode"));
        var text = Read();
        Assert.Equal(("counter", "Frames that are done."), text.Families["sa2va_some_frames_total"]);
        Assert.Equal(5, text.Value("sa2va_some_frames_total", ("stage", "track"), ("node", "a")));
        Assert.Equal(1, text.Value("sa2va_some_frames_total", ("stage", "decode")));
    }

    [Fact]
    public void Histograms_count_values_up_to_and_including_each_boundary()
    {
        var histogram = _meter.CreateHistogram("wait", "s", "Waiting.", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 1, 2.5] });
        foreach (var value in new[] { 0.1, 0.5, 0.7, 1, 2.4, 9 }) histogram.Record(value);
        var text = Read();
        Assert.Equal("histogram", text.Families["wait_seconds"].Type);
        Assert.Equal([("0.5", 2.0), ("1", 4.0), ("2.5", 5.0), ("+Inf", 6.0)], text.Samples.Where(s => s.Name == "wait_seconds_bucket").Select(s => (s.Labels["le"], s.Value)));
        Assert.Equal(13.7, text.Value("wait_seconds_sum"), precision: 9);
        Assert.Equal(6, text.Value("wait_seconds_count"));
    }

    [Fact]
    public void Histograms_of_whole_numbers_have_their_boundaries_too()
    {
        var histogram = _meter.CreateHistogram("size", "By", null, tags: null, new InstrumentAdvice<long> { HistogramBucketBoundaries = [1, 1048576] });
        histogram.Record(4096, new KeyValuePair<string, object?>("node", "a"));
        Assert.Equal(1, Read().Value("size_bytes_bucket", ("le", "1048576"), ("node", "a")));
        Assert.Null(Read().Families["size_bytes"].Help);
    }

    [Fact]
    public void What_is_not_observed_any_more_is_gone()
    {
        IReadOnlyList<string> states = ["waiting", "running"];
        _meter.CreateObservableGauge("videos", () => states.Select(state => new Measurement<long>(state.Length, new KeyValuePair<string, object?>("state", state))));
        Assert.Equal(2, Read().Samples.Count);
        states = ["running"];
        Assert.Equal("running", Assert.Single(Read().Samples).Labels["state"]);
        states = [];
        Assert.Empty(_text.Write());
    }

    [Fact]
    public void Each_sort_of_instrument_becomes_its_type()
    {
        _meter.CreateObservableCounter("seen", () => 7L);
        var level = _meter.CreateUpDownCounter<int>("level");
        level.Add(5);
        level.Add(-2);
        _meter.CreateObservableUpDownCounter("depth", () => -3.5f);
        var gauge = _meter.CreateGauge<double>("heat");
        gauge.Record(20.5);
        gauge.Record(21.25);
        var text = Read();
        Assert.Equal([("depth", "gauge"), ("heat", "gauge"), ("level", "gauge"), ("seen_total", "counter")], text.Families.Select(f => (f.Key, f.Value.Type)));
        Assert.Equal([-3.5, 21.25, 3, 7], text.Samples.Select(s => s.Value));
        Assert.Equal([-3.5, 21.25, 3, 7], Read().Samples.Select(s => s.Value));
    }

    [Fact]
    public void Strange_text_in_tags_and_descriptions_comes_back_as_it_was()
    {
        const string strange = "a \"quoted\" \\ back\\nslash,\nnew line} ä";
        _meter.CreateCounter<int>("strange", null, strange).Add(1, new("tag.with-dots", strange), new("0", null));
        var text = Read();
        Assert.Equal(strange, text.Families["strange_total"].Help);
        Assert.Equal(strange, Assert.Single(text.Samples).Labels["tag_with_dots"]);
        Assert.Equal("", Assert.Single(text.Samples).Labels["_0"]);
    }

    [Theory]
    [InlineData("sa2va.frame.duration", "s", "sa2va_frame_duration_seconds")]
    [InlineData("sa2va.memory.bytes", "By", "sa2va_memory_bytes")]
    [InlineData("busy", "1", "busy_ratio")]
    [InlineData("2nd--level", "{thing}", "_2nd_level")]
    public void Names_follow_the_rules_of_Prometheus(string name, string unit, string expected)
    {
        _meter.CreateGauge<double>(name, unit).Record(1);
        Assert.Equal(expected, Assert.Single(Read().Families).Key);
    }

    [Fact]
    public void Numbers_at_the_edges_are_written_as_Prometheus_reads_them()
    {
        var gauge = _meter.CreateGauge<double>("edge");
        foreach (var value in new[] { double.PositiveInfinity, double.NegativeInfinity, double.NaN, 1e300, 0.1 + 0.2, -0.0 })
        {
            gauge.Record(value);
            Assert.Equal(value, Read().Value("edge"));
        }
    }

    [Fact]
    public void A_tag_with_endlessly_many_values_costs_no_endless_memory()
    {
        var counter = _meter.CreateCounter<long>("wild");
        for (var i = 0; i < 5000; i++) counter.Add(1, new KeyValuePair<string, object?>("id", i));
        var text = Read();
        Assert.Equal(1001, text.Samples.Count);
        Assert.Equal(4000, text.Value("wild_total", ("overflow", "true")));
    }

    [Fact]
    public async Task Writers_and_readers_do_not_disturb_each_other()
    {
        var counter = _meter.CreateCounter<long>("busy");
        var histogram = _meter.CreateHistogram<double>("busy.wait", "s");
        var writers = Enumerable.Range(0, 4).Select(w => Task.Run(() =>
        {
            for (var i = 0; i < 5000; i++)
            {
                counter.Add(1, new KeyValuePair<string, object?>("writer", w));
                histogram.Record(i / 1000.0);
            }
        })).ToArray();
        while (!Task.WhenAll(writers).IsCompleted) Read();
        await Task.WhenAll(writers);
        Assert.All(Enumerable.Range(0, 4), w => Assert.Equal(5000, Read().Value("busy_total", ("writer", $"{w}"))));
        Assert.Equal(20_000, Read().Value("busy_wait_seconds_count"));
    }

    [Fact]
    public void Other_meters_are_not_listened_to()
    {
        using var other = new Meter(_meter.Name + ".other");
        other.CreateCounter<long>("foreign").Add(1);
        Assert.Empty(_text.Write());
    }

    [Fact]
    public void The_usual_choice_has_the_runtime_in_it()
    {
        using var usual = new PrometheusText();
        var text = Exposition.Parse(usual.Write());
        Assert.Contains("dotnet_process_memory_working_set_bytes", text.Families.Keys);
    }

    private Exposition Read() => Exposition.Parse(_text.Write());
}
