using System.Net;
using System.Security.Cryptography;
using System.Text;
using Sa2VA.Cluster.Settings;
using Sa2VA.Cluster.Sources;

namespace Sa2VA.Cluster.Tests.Sources;

public sealed class S3SourceTests : IAsyncLifetime
{
    private const string Key = "AKIDEXAMPLE";
    private const string SecretKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    private readonly TemporaryFolder _folder = new();
    private readonly FileServer _server = new(FileServer.Bytes(600_000));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private S3Store Store => new()
    {
        Buckets = ["films"],
        ServiceUrl = new Uri(_server.Peer.Url("")),
        Region = "eu-test-1",
        AccessKey = Key,
        SecretKey = new Secret(SecretKey),
    };

    private SourceSettings Settings => new() { S3 = [Store], CacheFolder = _folder.File("cache"), RetryDelay = TimeSpan.Zero, FreshFor = TimeSpan.Zero };

    public ValueTask InitializeAsync()
    {
        Serve(FileServer.Bytes(600_000));
        return default;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task An_object_is_fetched_by_path_with_a_signed_request()
    {
        using var fetcher = new SourceFetcher(Settings);
        using var video = await fetcher.FetchAsync("s3://films/2026/a film.mp4", Stop);
        Assert.Equal((600_000, _server.Hash), (video.Bytes, video.ContentHash));
        var request = _server.Peer.Requests.Single();
        Assert.Equal("/films/2026/a%20film.mp4", request.RawUrl!.Split('?')[0]);
        Assert.True(SignatureV4.IsValid(request, Key, SecretKey, "eu-test-1"), request.Headers["Authorization"]);
        Assert.False(SignatureV4.IsValid(request, Key, SecretKey + "x", "eu-test-1"));
    }

    [Fact]
    public async Task An_object_that_did_not_change_is_not_sent_again()
    {
        using var fetcher = new SourceFetcher(Settings);
        (await fetcher.FetchAsync("s3://films/a.mp4", Stop)).Dispose();
        using var video = await fetcher.FetchAsync("s3://films/a.mp4", Stop);
        Assert.Equal(_server.Hash, video.ContentHash);
        Assert.Equal([null, _server.ETag], _server.Peer.Requests.Select(r => r.Headers["If-None-Match"]));
    }

    [Fact]
    public async Task A_connection_that_breaks_is_taken_up_where_it_broke()
    {
        _server.CutsAfter = [300_000];
        using var fetcher = new SourceFetcher(Settings);
        using var video = await fetcher.FetchAsync("s3://films/a.mp4", Stop);
        Assert.Equal(_server.Hash, video.ContentHash);
        Assert.Equal(2, _server.Peer.Requests.Count);
        Assert.InRange(_server.Starts.Last(), 1, 300_000);
        Assert.Equal(_server.ETag, _server.Peer.Requests.Last().Headers["If-Match"]);
    }

    [Fact]
    public async Task An_object_that_changes_while_it_is_fetched_comes_from_one_version()
    {
        _server.CutsAfter = [300_000];
        using (var first = new SourceFetcher(Settings with { Retries = 0 }))
            Assert.True((await Assert.ThrowsAsync<SourceException>(() => first.FetchAsync("s3://films/a.mp4", Stop))).IsTransient);
        Serve(FileServer.Bytes(500_000, seed: 2));
        using var second = new SourceFetcher(Settings);
        using var video = await second.FetchAsync("s3://films/a.mp4", Stop);
        Assert.Equal((500_000, _server.Hash), (video.Bytes, video.ContentHash));
    }

    [Theory]
    [InlineData(404, "NoSuchKey", SourceErrorKind.NotFound)]
    [InlineData(404, "NoSuchBucket", SourceErrorKind.NotFound)]
    [InlineData(403, "AccessDenied", SourceErrorKind.NotAllowed)]
    [InlineData(403, "SignatureDoesNotMatch", SourceErrorKind.NotAllowed)]
    [InlineData(503, "SlowDown", SourceErrorKind.Unreachable)]
    [InlineData(400, "InvalidRequest", SourceErrorKind.Unreadable)]
    public async Task Each_refusal_of_a_store_has_its_meaning(int status, string code, SourceErrorKind kind)
    {
        _server.Instead = context => Refuse(context, status, code);
        using var fetcher = new SourceFetcher(Settings with { Retries = 1 });
        var failure = await Assert.ThrowsAsync<SourceException>(() => fetcher.FetchAsync("s3://films/a.mp4", Stop));
        Assert.Equal(kind, failure.Kind);
        Assert.Contains(code, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(SecretKey, failure.ToString(), StringComparison.Ordinal);
        Assert.Equal(failure.IsTransient ? 2 : 1, _server.Peer.Requests.Count);
    }

    [Fact]
    public async Task A_store_that_is_away_is_unreachable()
    {
        using var fetcher = new SourceFetcher(Settings with { S3 = [Store with { ServiceUrl = new Uri($"http://127.0.0.1:{HttpPeer.FreePort()}") }], Retries = 1 });
        var failure = await Assert.ThrowsAsync<SourceException>(() => fetcher.FetchAsync("s3://films/a.mp4", Stop));
        Assert.True(failure.IsTransient, failure.Message);
    }

    [Theory]
    [InlineData("s3://others/a.mp4")]
    [InlineData("s3://films/")]
    [InlineData("s3://films")]
    [InlineData("s3:///a.mp4")]
    public async Task What_no_store_serves_is_refused_without_asking(string source)
    {
        using var fetcher = new SourceFetcher(Settings);
        Assert.Equal(SourceErrorKind.NotAllowed, (await Assert.ThrowsAsync<SourceException>(() => fetcher.FetchAsync(source, Stop))).Kind);
        Assert.Empty(_server.Peer.Requests);
    }

    [Fact]
    public async Task A_public_bucket_is_read_without_a_signature()
    {
        using var fetcher = new SourceFetcher(Settings with { S3 = [Store with { Anonymous = true, AccessKey = null, SecretKey = null }] });
        using var video = await fetcher.FetchAsync("s3://films/a.mp4", Stop);
        Assert.Equal(_server.Hash, video.ContentHash);
        Assert.Null(_server.Peer.Requests.Single().Headers["Authorization"]);
    }

    [Fact]
    public async Task Bytes_that_are_not_those_of_the_tag_are_fetched_again()
    {
        var answers = 0;
        _server.Instead = context =>
        {
            if (answers++ > 0) return false;
            context.Response.AddHeader("ETag", _server.ETag!);
            context.Response.ContentLength64 = _server.Content.Length;
            context.Response.OutputStream.Write(new byte[_server.Content.Length]);
            return true;
        };
        using var fetcher = new SourceFetcher(Settings);
        using var video = await fetcher.FetchAsync("s3://films/a.mp4", Stop);
        Assert.Equal(_server.Hash, video.ContentHash);
    }

    /// <summary>The tag of an object that was stored in one piece is its MD5.</summary>
    private void Serve(byte[] content)
        => (_server.Content, _server.ETag) = (content, $"\"{Convert.ToHexStringLower(MD5.HashData(content))}\"");

    private static bool Refuse(HttpListenerContext context, int status, string code)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/xml";
        context.Response.OutputStream.Write(Encoding.UTF8.GetBytes($"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>No.</Message></Error>"));
        return true;
    }
}
