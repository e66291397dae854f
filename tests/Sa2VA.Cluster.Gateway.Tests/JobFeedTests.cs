using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Sa2VA.Cluster.Gateway.Events;
using Sa2VA.Cluster.Progress;

namespace Sa2VA.Cluster.Gateway.Tests;

/// <summary>One feed for many readers: each hears every event once, in order, wherever it began and however slow it is.</summary>
public sealed class JobFeedTests
{
    private const string Job = "job-1";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly CountingLog _log = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Readers_that_begin_at_different_places_hear_the_same_from_there_on()
    {
        var ids = await PublishAsync(0, 250);
        await using var feed = Feed(JobEventId.Parse(ids[199]));
        var readers = new[] { 0, 1, 100, 199, 200, 249 }.Select(known => (known, Heard: TakeAsync(feed, known == 0 ? default : JobEventId.Parse(ids[known - 1]), 300 - known))).ToList();
        await PublishAsync(250, 50);
        foreach (var (known, heard) in readers) Assert.Equal(Enumerable.Range(known, 300 - known), await heard);
    }

    [Fact]
    public async Task Any_number_of_readers_costs_one_reading_of_the_store()
    {
        await PublishAsync(0, 10);
        await using var feed = Feed(default);
        var readers = Enumerable.Range(0, 40).Select(_ => TakeAsync(feed, default, 20)).ToList();
        await PublishAsync(10, 10);
        foreach (var heard in readers) Assert.Equal(Enumerable.Range(0, 20), await heard);
        Assert.Equal(1, _log.Readings);
    }

    [Fact]
    public async Task A_reader_that_fell_far_behind_misses_nothing()
    {
        await PublishAsync(0, 1);
        await using var feed = Feed(default);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        await using var slow = feed.ReadAsync(default, stop.Token).GetAsyncEnumerator(CancellationToken.None);
        Assert.True(await slow.MoveNextAsync());
        var heard = Numbers(slow.Current);
        // Another reader tells when the feed has come so far that it no longer has what the slow one needs next.
        await PublishAsync(1, 4999);
        Assert.Equal(5000, (await TakeAsync(feed, default, 5000)).Count);
        while (heard.Count < 5000 && await slow.MoveNextAsync()) heard.AddRange(Numbers(slow.Current));
        Assert.Equal(Enumerable.Range(0, 5000), heard);
        Assert.True(_log.Readings > 1);
    }

    [Fact]
    public async Task What_ends_the_reading_ends_its_readers()
    {
        _log.Failure = new InvalidDataException("not ours");
        await using var feed = Feed(default);
        await Assert.ThrowsAsync<InvalidDataException>(() => TakeAsync(feed, default, 1));
    }

    private JobFeed Feed(JobEventId start) => new(Job, start, _log, Json, TimeProvider.System);

    private async Task<List<string>> PublishAsync(int first, int count)
    {
        var ids = new List<string>();
        for (var i = first; i < first + count; i++) ids.Add(await _log.PublishEventAsync(Job, new JobEvent("event", DateTimeOffset.UnixEpoch, Detail: $"{i}"), Stop));
        return ids;
    }

    private static async Task<List<int>> TakeAsync(JobFeed feed, JobEventId seen, int count)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var heard = new List<int>();
        await foreach (var piece in feed.ReadAsync(seen, stop.Token))
        {
            heard.AddRange(Numbers(piece));
            if (heard.Count >= count) break;
        }

        return heard;
    }

    private static List<int> Numbers(ReadOnlyMemory<byte> piece) =>
        [.. Encoding.UTF8.GetString(piece.Span).Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(told => int.Parse(JsonDocument.Parse(told.Split("data: ")[1]).RootElement.GetProperty("detail").GetString()!))];

    /// <summary>Counts how often its events are read from some place on.</summary>
    private sealed class CountingLog : IProgressLog
    {
        private readonly InMemoryProgressLog _inner = new();
        private int _readings;

        public int Readings => Volatile.Read(ref _readings);

        public Exception? Failure { get; set; }

        public Task ReportAsync(VideoProgress progress, CancellationToken cancellationToken) => _inner.ReportAsync(progress, cancellationToken);

        public Task<VideoProgress?> ReadVideoAsync(string videoId, CancellationToken cancellationToken) => _inner.ReadVideoAsync(videoId, cancellationToken);

        public Task<JobProgress?> ReadJobAsync(string jobId, CancellationToken cancellationToken) => _inner.ReadJobAsync(jobId, cancellationToken);

        public Task<string> PublishEventAsync(string jobId, JobEvent happened, CancellationToken cancellationToken) => _inner.PublishEventAsync(jobId, happened, cancellationToken);

        public Task ForgetEventsAsync(string jobId, CancellationToken cancellationToken) => _inner.ForgetEventsAsync(jobId, cancellationToken);

        public async IAsyncEnumerable<StoredJobEvent> ReadEventsAsync(string jobId, string? afterId, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _readings);
            if (Failure is not null) throw Failure;
            await foreach (var stored in _inner.ReadEventsAsync(jobId, afterId, cancellationToken)) yield return stored;
        }
    }
}
