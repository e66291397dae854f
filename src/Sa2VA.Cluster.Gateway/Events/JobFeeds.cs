using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Progress;

namespace Sa2VA.Cluster.Gateway.Events;

/// <summary>The feeds of the jobs that somebody hears here; each is there as long as it has readers. Thread-safe.</summary>
internal sealed class JobFeeds(ClusterConnection cluster, IOptions<JsonOptions> json, TimeProvider time)
{
    private readonly JsonSerializerOptions _json = json.Value.SerializerOptions;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _open = new(StringComparer.Ordinal);

    /// <summary>Whether somebody hears a job already: then there is such a job.</summary>
    public bool IsHeard(string job)
    {
        lock (_gate) return _open.ContainsKey(job);
    }

    /// <summary>The feed of a job, until the seat is given back.</summary>
    /// <param name="job">Which; it is there.</param>
    /// <param name="seen">The last event that the reader knows.</param>
    public Seat Take(string job, JobEventId seen)
    {
        lock (_gate)
        {
            if (!_open.TryGetValue(job, out var entry)) _open[job] = entry = new Entry(new JobFeed(job, seen, cluster.Progress, _json, time));
            entry.Seats++;
            return new Seat(this, job, entry.Feed);
        }
    }

    private async ValueTask GiveAsync(string job)
    {
        JobFeed? last = null;
        lock (_gate)
        {
            var entry = _open[job];
            if (--entry.Seats == 0 && _open.Remove(job)) last = entry.Feed;
        }

        if (last is not null) await last.DisposeAsync();
    }

    /// <summary>A reader's hold on a feed. Disposed once.</summary>
    public sealed class Seat(JobFeeds feeds, string job, JobFeed feed) : IAsyncDisposable
    {
        public JobFeed Feed => feed;

        public ValueTask DisposeAsync() => feeds.GiveAsync(job);
    }

    private sealed class Entry(JobFeed feed)
    {
        public JobFeed Feed => feed;

        public int Seats { get; set; }
    }
}
