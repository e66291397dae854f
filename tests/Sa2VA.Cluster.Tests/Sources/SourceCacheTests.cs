using System.Diagnostics;
using Sa2VA.Cluster.Sources;

namespace Sa2VA.Cluster.Tests.Sources;

public sealed class SourceCacheTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly FileServer _server = new(FileServer.Bytes(100_000));
    private readonly ManualTime _time = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private SourceSettings Settings => new()
    {
        WebHosts = [_server.Peer.Host],
        CacheFolder = _folder.File("cache"),
        CacheBytes = 250_000,
        RetryDelay = TimeSpan.Zero,
        Retries = 0,
        FreshFor = TimeSpan.FromDays(1),
    };

    public ValueTask InitializeAsync() => default;

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_was_not_used_for_longest_makes_room()
    {
        using var fetcher = new SourceFetcher(Settings, _time);
        await VisitAsync(fetcher, "a", "b", "a", "c");
        Assert.Equal(3, _server.Peer.Requests.Count);
        await VisitAsync(fetcher, "a", "c");
        Assert.Equal(3, _server.Peer.Requests.Count);
        await VisitAsync(fetcher, "b");
        Assert.Equal(4, _server.Peer.Requests.Count);
        Assert.Equal(2, Videos().Count);
        Assert.Equal(2, Directory.GetFiles(_folder.File("cache", "videos"), "*.json").Length);
    }

    [Fact]
    public async Task What_is_in_use_stays_and_no_room_is_a_reason_to_try_later()
    {
        using var fetcher = new SourceFetcher(Settings, _time);
        using var other = new SourceFetcher(Settings, _time);
        using var a = await fetcher.FetchAsync(_server.Peer.Url("a"), Stop);
        var b = await other.FetchAsync(_server.Peer.Url("b"), Stop);
        var failure = await Assert.ThrowsAsync<SourceException>(() => fetcher.FetchAsync(_server.Peer.Url("c"), Stop));
        Assert.True(failure.IsTransient);
        Assert.Contains("sources.cacheBytes", failure.Message, StringComparison.Ordinal);
        Assert.Equal(new[] { a.LocalPath, b.LocalPath }.Order(StringComparer.Ordinal), Videos().Order(StringComparer.Ordinal));
        b.Dispose();
        b.Dispose();
        using var c = await fetcher.FetchAsync(_server.Peer.Url("c"), Stop);
        Assert.Equal(new[] { a.LocalPath, c.LocalPath }.Order(StringComparer.Ordinal), Videos().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Another_process_that_holds_a_video_keeps_it_and_a_dead_one_does_not()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/flock"), "flock(1) of util-linux is not installed.");
        using var fetcher = new SourceFetcher(Settings, _time);
        var held = await fetcher.FetchAsync(_server.Peer.Url("a"), Stop);
        using var holder = Process.Start(new ProcessStartInfo("/usr/bin/flock", ["--shared", held.LocalPath, "sh", "-c", "echo held; exec cat"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("held", await holder.StandardOutput.ReadLineAsync(Stop));
        held.Dispose();
        await VisitAsync(fetcher, "b", "c");
        Assert.Contains(held.LocalPath, Videos());

        holder.Kill(entireProcessTree: true);
        await holder.WaitForExitAsync(Stop);
        // Its children hold the file too, and may take a moment longer to be gone.
        using var free = Process.Start("/usr/bin/flock", [held.LocalPath, "true"]);
        await free.WaitForExitAsync(Stop);
        await VisitAsync(fetcher, "d");
        Assert.DoesNotContain(held.LocalPath, Videos());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_video_larger_than_the_cache_is_refused(bool tellsLength)
    {
        (_server.Content, _server.TellsLength) = (FileServer.Bytes(300_000), tellsLength);
        using var fetcher = new SourceFetcher(Settings, _time);
        var failure = await Assert.ThrowsAsync<SourceException>(() => fetcher.FetchAsync(_server.Peer.Url("a"), Stop));
        Assert.Equal(SourceErrorKind.TooLarge, failure.Kind);
        Assert.Contains("Raise sources.cacheBytes", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_who_want_the_same_video_at_once_cause_one_request()
    {
        using var one = new SourceFetcher(Settings);
        using var two = new SourceFetcher(Settings);
        var fetched = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => (i % 2 == 0 ? one : two).FetchAsync(_server.Peer.Url("a"), Stop)));
        Assert.Single(fetched.Select(v => v.LocalPath).Distinct());
        Assert.Single(_server.Peer.Requests);
        foreach (var video in fetched) video.Dispose();
    }

    [Fact]
    public async Task An_abandoned_half_makes_room_too()
    {
        _server.CutsAfter = [90_000];
        using var fetcher = new SourceFetcher(Settings, _time);
        await Assert.ThrowsAsync<SourceException>(() => fetcher.FetchAsync(_server.Peer.Url("half"), Stop));
        Assert.Single(Directory.GetFiles(_folder.File("cache", "partial"), "*.part"));
        await VisitAsync(fetcher, "a", "b");
        Assert.Empty(Directory.GetFiles(_folder.File("cache", "partial")));
        Assert.Equal(2, Videos().Count);
    }

    [Theory]
    [InlineData("{ not json")]
    [InlineData("{\"Source\":\"x\",\"File\":\"gone.mp4\",\"Bytes\":5,\"ContentHash\":\"00\",\"CheckedAt\":\"2026-01-01T00:00:00Z\"}")]
    public async Task A_damaged_cache_is_fetched_again(string note)
    {
        using var fetcher = new SourceFetcher(Settings, _time);
        await VisitAsync(fetcher, "a");
        await File.WriteAllTextAsync(Directory.GetFiles(_folder.File("cache", "videos"), "*.json").Single(), note, Stop);
        using var video = await fetcher.FetchAsync(_server.Peer.Url("a"), Stop);
        Assert.Equal(_server.Hash, video.ContentHash);
        Assert.Equal(2, _server.Peer.Requests.Count);
    }

    [Fact]
    public async Task A_video_that_was_cut_short_on_the_disk_is_fetched_again()
    {
        using var fetcher = new SourceFetcher(Settings, _time);
        await VisitAsync(fetcher, "a");
        await File.WriteAllBytesAsync(Videos().Single(), new byte[10], Stop);
        using var video = await fetcher.FetchAsync(_server.Peer.Url("a"), Stop);
        Assert.Equal(_server.Content, await File.ReadAllBytesAsync(video.LocalPath, Stop));
    }

    [Fact]
    public async Task Bytes_of_a_half_that_never_reached_the_disk_for_sure_are_fetched_again()
    {
        _server.CutsAfter = [60_000];
        using var fetcher = new SourceFetcher(Settings, _time);
        await Assert.ThrowsAsync<SourceException>(() => fetcher.FetchAsync(_server.Peer.Url("a"), Stop));
        // As after a power cut: the file has its length, and zeros where the disk was not reached.
        var half = Directory.GetFiles(_folder.File("cache", "partial"), "*.part").Single();
        await using (var file = File.Open(half, FileMode.Append)) await file.WriteAsync(new byte[5000], Stop);
        using var video = await fetcher.FetchAsync(_server.Peer.Url("a"), Stop);
        Assert.Equal(_server.Hash, video.ContentHash);
        Assert.Equal(_server.Content, await File.ReadAllBytesAsync(video.LocalPath, Stop));
    }

    /// <summary>Uses videos one after another, a minute apart.</summary>
    private async Task VisitAsync(SourceFetcher fetcher, params string[] names)
    {
        foreach (var name in names)
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            (await fetcher.FetchAsync(_server.Peer.Url(name), Stop)).Dispose();
        }
    }

    private List<string> Videos() => [.. Directory.GetFiles(_folder.File("cache", "videos")).Where(f => !f.EndsWith(".json", StringComparison.Ordinal))];
}
