using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Sa2VA.Cluster.Gateway.Security;

namespace Sa2VA.Cluster.Gateway.Tests;

/// <summary>The video's own pixels, and masks over them.</summary>
[Collection(GatewayCollection.Name)]
public sealed class PixelTests(GatewayFixture fixture)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_player_reads_the_file_in_ranges()
    {
        using var caller = await fixture.CallerAsync(Scope.Read, Scope.Submit);
        var bytes = await File.ReadAllBytesAsync(fixture.Clip(), Stop);
        var video = await fixture.CompletedVideoAsync(caller, "videos:clip.mp4", Stop);
        var whole = await caller.GetAsync($"/api/v1/videos/{video}/source", Stop);
        Assert.Equal(("video/mp4", "nosniff"), (whole.Content.Headers.ContentType!.MediaType, whole.Headers.GetValues("X-Content-Type-Options").Single()));
        Assert.Equal(bytes, await whole.Content.ReadAsByteArrayAsync(Stop));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/videos/{video}/source") { Headers = { Range = new RangeHeaderValue(100, 199) } };
        var part = await caller.SendAsync(request, Stop);
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal(bytes[100..200], await part.Content.ReadAsByteArrayAsync(Stop));
    }

    [Fact]
    public async Task A_frame_is_shown_as_a_picture()
    {
        using var caller = await fixture.CallerAsync(Scope.Read, Scope.Submit);
        fixture.Clip();
        var video = await fixture.CompletedVideoAsync(caller, "videos:clip.mp4", Stop);
        var picture = await caller.GetAsync($"/api/v1/videos/{video}/frames/99.jpg", Stop);
        Assert.Equal("image/jpeg", picture.Content.Headers.ContentType!.MediaType);
        Assert.Equal((64, 48), Size(await picture.Content.ReadAsByteArrayAsync(Stop)));
        Assert.Equal((32, 24), Size(await caller.GetByteArrayAsync($"/api/v1/videos/{video}/frames/0.jpg?width=32", Stop)));
        await JobTests.ProblemAsync(await caller.GetAsync($"/api/v1/videos/{video}/frames/100.jpg", Stop), HttpStatusCode.NotFound);
        await JobTests.ProblemAsync(await caller.GetAsync($"/api/v1/videos/{video}/frames/0.jpg?width=1", Stop), HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("videos:link.mp4")]
    [InlineData("videos:missing.mp4")]
    [InlineData("elsewhere:clip.mp4")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("s3://bucket/clip.mp4")]
    public async Task What_is_not_under_a_root_is_not_shown(string source)
    {
        using var caller = await fixture.CallerAsync(Scope.Read, Scope.Submit);
        if (!File.Exists(fixture.Beside("link.mp4"))) File.CreateSymbolicLink(fixture.Beside("link.mp4"), fixture.KeyFile);
        var video = await fixture.CompletedVideoAsync(caller, source, Stop);
        foreach (var path in (string[])["source", "frames/0.jpg", "overlay.mp4"])
            await JobTests.ProblemAsync(await caller.GetAsync($"/api/v1/videos/{video}/{path}", Stop), HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Masks_are_exported_in_every_format()
    {
        using var caller = await fixture.CallerAsync(Scope.Read, Scope.Submit);
        fixture.Clip();
        var video = await fixture.CompletedVideoAsync(caller, "videos:clip.mp4", Stop);
        var job = video[..video.LastIndexOf('-')];
        foreach (var (format, type) in (ValueTuple<string, string>[])[("coco", "application/json"), ("csv", "text/csv"), ("cvat", "application/xml"), ("overlay", "video/mp4"), ("mask-video", "video/x-matroska"), ("davis", "application/zip"), ("ref-youtube-vos", "application/zip"), ("cutouts", "application/zip")])
        {
            var export = await caller.GetAsync($"/api/v1/jobs/{job}/exports/{format}", Stop);
            Assert.True(export.StatusCode == HttpStatusCode.OK && export.Content.Headers.ContentType!.MediaType == type, $"{format}: {export.StatusCode} {export.Content.Headers.ContentType}");
            var body = await export.Content.ReadAsStreamAsync(Stop);
            if (type != "application/zip") continue;
            using var zip = new ZipArchive(body);
            Assert.True(zip.Entries.Count >= GatewayFixture.Frames, $"{format}: {zip.Entries.Count} files");
            Assert.All(zip.Entries, entry => Assert.DoesNotContain("..", entry.FullName, StringComparison.Ordinal));
        }

        Assert.Equal("video/mp4", (await caller.GetAsync($"/api/v1/videos/{video}/overlay.mp4", Stop)).Content.Headers.ContentType!.MediaType);
        // One object: as long as the whole, and another picture. There are two.
        var (all, first) = (await caller.GetByteArrayAsync($"/api/v1/videos/{video}/overlay.mp4", Stop), await caller.GetAsync($"/api/v1/videos/{video}/overlay.mp4?object=1", Stop));
        Assert.Equal($"{video}-1.mp4", first.Content.Headers.ContentDisposition!.FileName!.Trim('"'));
        Assert.NotEqual(all, await first.Content.ReadAsByteArrayAsync(Stop));
        await JobTests.ProblemAsync(await caller.GetAsync($"/api/v1/videos/{video}/overlay.mp4?object=3", Stop), HttpStatusCode.NotFound);
        await JobTests.ProblemAsync(await caller.GetAsync($"/api/v1/jobs/{job}/exports/paper", Stop), HttpStatusCode.NotFound);
        Assert.Empty(Directory.GetFileSystemEntries(fixture.Settings.ScratchFolder));
    }

    [Fact]
    public async Task An_estimate_tells_what_is_measured_and_what_is_not()
    {
        using var caller = await fixture.CallerAsync(Scope.Read, Scope.Submit);
        fixture.Clip();
        await fixture.CompletedVideoAsync(caller, "videos:clip.mp4", Stop);
        var response = await caller.PostAsJsonAsync("/api/v1/estimates", new
        {
            model = "nano", pricePerGpuHour = 3600, currency = "EUR",
            videos = new object[]
            {
                new { video = "videos:clip.mp4", expressions = new[] { "x" } }, new { video = "s3://bucket/a.mp4", expressions = new[] { "x" }, frameCount = 900, frames = new { first = 0, last = 299 } },
                new { video = "videos:missing.mp4", expressions = new[] { "x" } },
            },
        }, Stop);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var estimate = await response.Content.ReadFromJsonAsync<JsonElement>(Stop);
        Assert.Equal(GatewayFixture.Frames + 300, estimate.GetProperty("frames").GetInt64());
        Assert.False(estimate.GetProperty("basis").GetProperty("isGuess").GetBoolean());
        Assert.True(estimate.GetProperty("basis").GetProperty("framesPerSecond").GetDouble() > 0);
        Assert.Equal(estimate.GetProperty("gpuSeconds").GetDouble(), estimate.GetProperty("cost").GetDouble(), tolerance: 0.01);
        Assert.Contains("missing.mp4", JobTests.Text(estimate.GetProperty("videos")[2], "error"), StringComparison.Ordinal);
        Assert.Equal(2, estimate.GetProperty("notes").GetArrayLength());
        Assert.All(estimate.GetProperty("videos").EnumerateArray(), video => Assert.Contains(JobTests.Text(video, "basis"), (string[])["sizeAndTargets", "targets", "size", "model"]));
    }

    /// <summary>Width and height, from the start of the frame in the file.</summary>
    private static (int Width, int Height) Size(byte[] jpeg)
    {
        Assert.Equal([0xFF, 0xD8], jpeg[..2]);
        for (var at = 2; ; at += 2 + (jpeg[at + 2] << 8 | jpeg[at + 3]))
        {
            if (jpeg[at + 1] is 0xC0 or 0xC2) return (jpeg[at + 7] << 8 | jpeg[at + 8], jpeg[at + 5] << 8 | jpeg[at + 6]);
        }
    }
}
