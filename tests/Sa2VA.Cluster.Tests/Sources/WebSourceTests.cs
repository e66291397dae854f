using System.Net;
using Sa2VA.Cluster.Sources;

namespace Sa2VA.Cluster.Tests.Sources;

public sealed class WebSourceTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly FileServer _server = new(FileServer.Bytes(700_000));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private SourceSettings Settings => new()
    {
        WebHosts = [_server.Peer.Host],
        CacheFolder = _folder.File("cache"),
        RetryDelay = TimeSpan.Zero,
    };

    public ValueTask InitializeAsync() => default;

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_video_is_fetched_once_and_kept()
    {
        using var fetcher = new SourceFetcher(Settings);
        using var video = await fetcher.FetchAsync(_server.Peer.Url("a/Clip.MP4?key=secret#t=3"), Stop);
        Assert.Equal(_server.Content, await File.ReadAllBytesAsync(video.LocalPath, Stop));
        Assert.Equal((700_000, _server.Hash), (video.Bytes, video.ContentHash));
        Assert.EndsWith(".mp4", video.LocalPath, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", video.Source, StringComparison.Ordinal);
        Assert.Equal("/a/Clip.MP4?key=secret", _server.Peer.Requests.Single().RawUrl);

        using var other = new SourceFetcher(Settings);
        using var again = await other.FetchAsync(_server.Peer.Url("a/Clip.MP4?key=secret#t=3"), Stop);
        Assert.Equal((video.LocalPath, video.ContentHash), (again.LocalPath, again.ContentHash));
        Assert.Single(_server.Peer.Requests);
    }

    [Fact]
    public async Task A_copy_that_is_not_fresh_is_used_when_the_server_has_nothing_newer()
    {
        using var fetcher = new SourceFetcher(Settings with { FreshFor = TimeSpan.Zero });
        (await fetcher.FetchAsync(_server.Peer.Url("clip.mp4"), Stop)).Dispose();
        using var again = await fetcher.FetchAsync(_server.Peer.Url("clip.mp4"), Stop);
        Assert.Equal(_server.Hash, again.ContentHash);
        Assert.Equal([null, "\"v1\""], _server.Peer.Requests.Select(r => r.Headers["If-None-Match"]));
    }

    [Fact]
    public async Task A_video_that_changes_on_the_server_changes_for_the_next_one_and_not_for_who_has_it()
    {
        using var fetcher = new SourceFetcher(Settings with { FreshFor = TimeSpan.Zero });
        using var old = await fetcher.FetchAsync(_server.Peer.Url("clip.mp4"), Stop);
        var before = _server.Content;
        (_server.Content, _server.ETag) = (FileServer.Bytes(300_000, seed: 2), "\"v2\"");
        using var changed = await fetcher.FetchAsync(_server.Peer.Url("clip.mp4"), Stop);
        Assert.Equal((300_000, _server.Hash), (changed.Bytes, changed.ContentHash));
        Assert.Equal(before, await File.ReadAllBytesAsync(old.LocalPath, Stop));
    }

    [Fact]
    public async Task A_copy_serves_while_the_server_is_away()
    {
        using var fetcher = new SourceFetcher(Settings with { FreshFor = TimeSpan.Zero, Retries = 1 });
        (await fetcher.FetchAsync(_server.Peer.Url("clip.mp4"), Stop)).Dispose();
        _server.Instead = Status(503);
        using var copy = await fetcher.FetchAsync(_server.Peer.Url("clip.mp4"), Stop);
        Assert.Equal(_server.Hash, copy.ContentHash);
        Assert.Equal(3, _server.Peer.Requests.Count);
    }

    [Fact]
    public async Task A_connection_that_breaks_is_taken_up_where_it_broke()
    {
        _server.CutsAfter = [200_000, 100_000, 0, 150_000];
        using var fetcher = new SourceFetcher(Settings);
        using var video = await fetcher.FetchAsync(_server.Peer.Url("clip.mp4"), Stop);
        Assert.Equal(_server.Hash, video.ContentHash);
        Assert.Equal(_server.Content, await File.ReadAllBytesAsync(video.LocalPath, Stop));
        var starts = _server.Starts.ToList();
        Assert.Equal(5, starts.Count);
        Assert.Equal(starts.Order(), starts);
        Assert.True(starts[^1] > 0, "The last request should not ask for everything again.");
        Assert.All(_server.Peer.Requests.Where(r => r.Headers["Range"] is not null), r => Assert.Equal("\"v1\"", r.Headers["If-Range"]));
    }

    [Fact]
    public async Task A_later_process_takes_up_what_an_earlier_one_left()
    {
        _server.CutsAfter = [400_000];
        using (var first = new SourceFetcher(Settings with { Retries = 0 }))
            Assert.True((await Assert.ThrowsAsync<SourceException>(() => first.FetchAsync(_server.Peer.Url("clip.mp4"), Stop))).IsTransient);
        using var second = new SourceFetcher(Settings);
        using var video = await second.FetchAsync(_server.Peer.Url("clip.mp4"), Stop);
        Assert.Equal(_server.Hash, video.ContentHash);
        Assert.InRange(_server.Starts.Last(), 1, 400_000);
    }

    [Fact]
    public async Task A_video_that_changes_while_it_is_fetched_comes_from_one_version()
    {
        _server.CutsAfter = [400_000];
        using (var first = new SourceFetcher(Settings with { Retries = 0 }))
            await Assert.ThrowsAsync<SourceException>(() => first.FetchAsync(_server.Peer.Url("clip.mp4"), Stop));
        (_server.Content, _server.ETag) = (FileServer.Bytes(500_000, seed: 2), "\"v2\"");
        using var second = new SourceFetcher(Settings);
        using var video = await second.FetchAsync(_server.Peer.Url("clip.mp4"), Stop);
        Assert.Equal((500_000, _server.Hash), (video.Bytes, video.ContentHash));
    }

    [Theory]
    [InlineData(false, "\"v1\"")]
    [InlineData(true, null)]
    [InlineData(true, "W/\"weak\"")]
    public async Task Without_ranges_or_a_way_to_tell_versions_apart_it_begins_again(bool takesRanges, string? etag)
    {
        (_server.TakesRanges, _server.ETag, _server.CutsAfter) = (takesRanges, etag, [400_000]);
        using var fetcher = new SourceFetcher(Settings);
        using var video = await fetcher.FetchAsync(_server.Peer.Url("clip.mp4"), Stop);
        Assert.Equal(_server.Hash, video.ContentHash);
        Assert.Equal(2, _server.Peer.Requests.Count);
    }

    [Fact]
    public async Task A_server_that_gets_no_further_is_given_up_as_unreachable()
    {
        _server.CutsAfter = [1000, 0, 0, 0, 0, 0];
        using var fetcher = new SourceFetcher(Settings with { Retries = 3 });
        var failure = await Assert.ThrowsAsync<SourceException>(() => fetcher.FetchAsync(_server.Peer.Url("clip.mp4"), Stop));
        Assert.True(failure.IsTransient);
        Assert.Equal(4, _server.Peer.Requests.Count);
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_given_up_in_time()
    {
        var time = new ManualTime();
        await using var silent = new HttpPeer((_, stop) => Task.Delay(Timeout.Infinite, stop));
        using var fetcher = new SourceFetcher(Settings with { WebHosts = [silent.Host], Retries = 0 }, time);
        var fetching = fetcher.FetchAsync(silent.Url("clip.mp4"), Stop);
        await time.TimersAsync(2);
        time.Advance(TimeSpan.FromSeconds(60));
        var failure = await Assert.ThrowsAsync<SourceException>(() => fetching);
        Assert.True(failure.IsTransient);
        Assert.Contains("nothing for 60 s (sources.stallTimeout)", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetching_takes_no_longer_than_its_total_time()
    {
        var time = new ManualTime();
        await using var silent = new HttpPeer((_, stop) => Task.Delay(Timeout.Infinite, stop));
        using var fetcher = new SourceFetcher(Settings with { WebHosts = [silent.Host], TotalTimeout = TimeSpan.FromSeconds(30) }, time);
        var fetching = fetcher.FetchAsync(silent.Url("clip.mp4"), Stop);
        await time.TimersAsync(2);
        time.Advance(TimeSpan.FromSeconds(30));
        var failure = await Assert.ThrowsAsync<SourceException>(() => fetching);
        Assert.True(failure.IsTransient);
        Assert.Contains("sources.totalTimeout", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_is_a_cancellation()
    {
        await using var silent = new HttpPeer((_, stop) => Task.Delay(Timeout.Infinite, stop));
        using var fetcher = new SourceFetcher(Settings with { WebHosts = [silent.Host] });
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var fetching = fetcher.FetchAsync(silent.Url("clip.mp4"), cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetching);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_video_that_is_too_large_is_not_fetched_to_its_end(bool tellsLength)
    {
        _server.TellsLength = tellsLength;
        using var fetcher = new SourceFetcher(Settings with { MaxBytes = 500_000 });
        var failure = await Assert.ThrowsAsync<SourceException>(() => fetcher.FetchAsync(_server.Peer.Url("clip.mp4"), Stop));
        Assert.Equal(SourceErrorKind.TooLarge, failure.Kind);
        Assert.Contains("sources.maxBytes", failure.Message, StringComparison.Ordinal);
        Assert.Single(_server.Peer.Requests);
        Assert.Empty(Directory.EnumerateFiles(_folder.File("cache", "videos")));
    }

    [Theory]
    [InlineData(401, SourceErrorKind.NotAllowed)]
    [InlineData(403, SourceErrorKind.NotAllowed)]
    [InlineData(404, SourceErrorKind.NotFound)]
    [InlineData(410, SourceErrorKind.NotFound)]
    [InlineData(418, SourceErrorKind.Unreadable)]
    [InlineData(429, SourceErrorKind.Unreachable)]
    [InlineData(500, SourceErrorKind.Unreachable)]
    public async Task Each_refusal_of_a_server_has_its_meaning(int status, SourceErrorKind kind)
    {
        _server.Instead = Status(status);
        using var fetcher = new SourceFetcher(Settings with { Retries = 1 });
        var failure = await Assert.ThrowsAsync<SourceException>(() => fetcher.FetchAsync(_server.Peer.Url("clip.mp4?key=secret"), Stop));
        Assert.Equal(kind, failure.Kind);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
        Assert.Equal(failure.IsTransient ? 2 : 1, _server.Peer.Requests.Count);
        // Nothing is left of it.
        Assert.Empty(Directory.EnumerateFiles(_folder.File("cache", "partial")));
    }

    [Fact]
    public async Task A_redirect_is_followed_to_an_allowed_host_only()
    {
        await using var other = new FileServer(FileServer.Bytes(1000, seed: 3));
        _server.Instead = Redirect(other.Peer.Url("there.mp4"));
        using (var narrow = new SourceFetcher(Settings))
        {
            var failure = await Assert.ThrowsAsync<SourceException>(() => narrow.FetchAsync(_server.Peer.Url("clip.mp4"), Stop));
            Assert.Equal(SourceErrorKind.NotAllowed, failure.Kind);
            Assert.Contains($"add '{other.Peer.Host}' to sources.webHosts", failure.Message, StringComparison.Ordinal);
        }

        Assert.Empty(other.Peer.Requests);
        using var wide = new SourceFetcher(Settings with { WebHosts = [_server.Peer.Host, other.Peer.Host] });
        using var video = await wide.FetchAsync(_server.Peer.Url("clip.mp4"), Stop);
        Assert.Equal(other.Hash, video.ContentHash);
    }

    [Theory]
    [InlineData("file:///etc/passwd", SourceErrorKind.NotAllowed)]
    [InlineData("/round", SourceErrorKind.Unreadable)]
    public async Task A_redirect_to_something_else_or_in_a_circle_is_not_followed(string location, SourceErrorKind kind)
    {
        _server.Instead = Redirect(location);
        using var fetcher = new SourceFetcher(Settings);
        Assert.Equal(kind, (await Assert.ThrowsAsync<SourceException>(() => fetcher.FetchAsync(_server.Peer.Url("clip.mp4"), Stop))).Kind);
        Assert.InRange(_server.Peer.Requests.Count, 1, 6);
    }

    [Fact]
    public async Task A_private_address_needs_an_entry_of_its_own()
    {
        // The pattern allows the host's name, and the name leads to this machine.
        using var fetcher = new SourceFetcher(Settings with { WebHosts = [$"*:{_server.Peer.Port}"], Retries = 3 });
        foreach (var host in new[] { "127.0.0.1", "localhost", "0x7f.1", "[::ffff:127.0.0.1]" })
        {
            var failure = await Assert.ThrowsAsync<SourceException>(() => fetcher.FetchAsync($"http://{host}:{_server.Peer.Port}/clip.mp4", Stop));
            Assert.Equal(SourceErrorKind.NotAllowed, failure.Kind);
            Assert.Contains("private network", failure.Message, StringComparison.Ordinal);
        }

        Assert.Empty(_server.Peer.Requests);
        using var named = new SourceFetcher(Settings with { WebHosts = [$"localhost:{_server.Peer.Port}"] });
        using var video = await named.FetchAsync($"http://localhost:{_server.Peer.Port}/clip.mp4", Stop);
        Assert.Equal(_server.Hash, video.ContentHash);
    }

    [Theory]
    [InlineData("http://example.org/clip.mp4")]
    [InlineData("http://127.0.0.1:1/clip.mp4")]
    [InlineData("http://user:password@127.0.0.1/clip.mp4")]
    public async Task A_host_that_is_not_listed_is_not_asked(string source)
    {
        using var fetcher = new SourceFetcher(Settings);
        var failure = await Assert.ThrowsAsync<SourceException>(() => fetcher.FetchAsync(source, Stop));
        Assert.Equal(SourceErrorKind.NotAllowed, failure.Kind);
        Assert.DoesNotContain("password@", failure.Message, StringComparison.Ordinal);
    }

    private static Func<HttpListenerContext, bool> Status(int status) => context =>
    {
        context.Response.StatusCode = status;
        return true;
    };

    private static Func<HttpListenerContext, bool> Redirect(string location) => context =>
    {
        context.Response.StatusCode = 302;
        context.Response.AddHeader("Location", location);
        return true;
    };
}
