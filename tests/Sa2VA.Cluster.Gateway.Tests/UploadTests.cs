using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Sa2VA.Cluster.Gateway.Security;

namespace Sa2VA.Cluster.Gateway.Tests;

/// <summary>Small videos of callers.</summary>
[Collection(GatewayCollection.Name)]
public sealed class UploadTests(GatewayFixture fixture)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_upload_becomes_a_video_of_a_job()
    {
        using var caller = await fixture.CallerAsync(Scope.Read, Scope.Submit);
        var bytes = await File.ReadAllBytesAsync(fixture.Clip(), Stop);
        var first = await UploadAsync(caller, bytes, "../../my clip.mp4");
        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        var upload = await first.Content.ReadFromJsonAsync<JsonElement>(Stop);
        Assert.Equal((64, 48, GatewayFixture.Frames, "h264"), (Number(upload, "width"), Number(upload, "height"), Number(upload, "frames"), JobTests.Text(upload, "codec")));
        Assert.Matches("^uploads:[0-9a-f]{32}\\.mp4$", JobTests.Text(upload, "video"));
        var again = await UploadAsync(caller, bytes, "other name.mp4");
        Assert.Equal((HttpStatusCode.OK, JobTests.Text(upload, "video")), (again.StatusCode, JobTests.Text(await again.Content.ReadFromJsonAsync<JsonElement>(Stop), "video")));

        var video = await fixture.CompletedVideoAsync(caller, JobTests.Text(upload, "video"), Stop);
        Assert.Equal(bytes, await caller.GetByteArrayAsync($"/api/v1/videos/{video}/source", Stop));
        Assert.Single(Directory.GetFiles(fixture.Settings.Uploads!.Folder));
    }

    [Fact]
    public async Task What_is_no_video_is_refused_and_not_kept()
    {
        using var caller = await fixture.CallerAsync(Scope.Submit);
        await JobTests.ProblemAsync(await UploadAsync(caller, "#EXTM3U\n#EXTINF:1,\nhttp://169.254.169.254/latest\n"u8.ToArray(), "list.m3u8"), HttpStatusCode.UnprocessableEntity);
        await JobTests.ProblemAsync(await UploadAsync(caller, [], "empty.mp4"), HttpStatusCode.UnprocessableEntity);
        await JobTests.ProblemAsync(await UploadAsync(caller, [1], "text.mp4", "text/plain"), HttpStatusCode.UnsupportedMediaType);
        Assert.DoesNotContain(Directory.GetFiles(fixture.Settings.Uploads!.Folder), file => file.EndsWith(".partial", StringComparison.Ordinal) || file.EndsWith(".video", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_upload_that_is_too_large_is_refused(bool isChunked)
    {
        using var caller = await fixture.CallerAsync(Scope.Submit);
        using var body = isChunked ? (HttpContent)new StreamContent(new Endless(GatewayFixture.UploadBytes + 1)) : new ByteArrayContent(new byte[GatewayFixture.UploadBytes + 1]);
        body.Headers.ContentType = new MediaTypeHeaderValue("video/mp4");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/uploads") { Content = body, Headers = { ExpectContinue = !isChunked, TransferEncodingChunked = isChunked } };
        await JobTests.ProblemAsync(await caller.SendAsync(request, Stop), HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task A_body_that_does_not_come_is_not_waited_for()
    {
        using var caller = await fixture.CallerAsync(Scope.Submit);
        using var socket = new TcpClient();
        await socket.ConnectAsync(caller.BaseAddress!.Host, caller.BaseAddress.Port, Stop);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /api/v1/uploads HTTP/1.1\r\nHost: x\r\nAuthorization: {caller.DefaultRequestHeaders.Authorization}\r\nContent-Type: video/mp4\r\nContent-Length: 1000\r\n\r\nx"), Stop);
        using var reader = new StreamReader(stream);
        // The server ends it by itself: nothing more is sent from here.
        Assert.Contains(" 408 ", await reader.ReadLineAsync(Stop), StringComparison.Ordinal);
    }

    private static async Task<HttpResponseMessage> UploadAsync(HttpClient caller, byte[] bytes, string name, string type = "video/mp4")
    {
        using var body = new ByteArrayContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue(type) } };
        return await caller.PostAsync($"/api/v1/uploads?name={Uri.EscapeDataString(name)}", body, Stop);
    }

    private static int Number(JsonElement element, string name) => element.GetProperty(name).GetInt32();

    /// <summary>So many bytes whose number nobody knows before.</summary>
    private sealed class Endless(int bytes) : MemoryStream(new byte[bytes])
    {
        public override bool CanSeek => false;
    }
}
