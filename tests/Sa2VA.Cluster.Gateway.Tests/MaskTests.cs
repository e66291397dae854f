using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Sa2VA.Cluster.Gateway.Security;
using Sa2VA.Media;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cluster.Gateway.Tests;

[Collection(GatewayCollection.Name)]
public sealed class MaskTests(GatewayFixture fixture)
{
    private const int Height = 48;
    private const int Width = 64;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_found_is_told_with_its_masks()
    {
        using var caller = await fixture.CallerAsync(Scope.Read, Scope.Submit);
        var job = await fixture.CompletedJobAsync(caller, videos: 1, Stop);
        var video = JobTests.Text((await caller.GetFromJsonAsync<JsonElement>($"/api/v1/jobs/{job}/videos", Stop)).GetProperty("items")[0], "videoId");
        var found = await caller.GetFromJsonAsync<JsonElement>($"/api/v1/videos/{video}/objects", Stop);
        Assert.Equal((Width, Height, GatewayFixture.Frames, true), (Number(found, "width"), Number(found, "height"), Number(found, "framesDone"), found.GetProperty("isComplete").GetBoolean()));
        Assert.Equal(["the dog", "the cat"], found.GetProperty("objects").EnumerateArray().Select(one => JobTests.Text(one, "label")));

        var lines = (await caller.GetStringAsync($"/api/v1/videos/{video}/masks", Stop)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(Enumerable.Range(0, GatewayFixture.Frames), lines.Select(line => Number(line, "frame")));
        foreach (var line in lines)
        {
            foreach (var (mask, id) in line.GetProperty("masks").EnumerateArray().Zip([1, 2]))
            {
                Assert.Equal(id, Number(mask, "object"));
                Assert.Equal(Expected(Number(line, "frame"), id), Decode(mask));
                Assert.Equal([0, (Number(line, "frame") + id) % Height, Width / 2, 1], mask.GetProperty("box").EnumerateArray().Select(side => side.GetInt32()));
            }
        }

        var part = await caller.GetStringAsync($"/api/v1/videos/{video}/masks?from=63&to=65&object=2", Stop);
        Assert.Equal([(63, 1), (64, 1), (65, 1)], part.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).Select(line => (Number(line, "frame"), line.GetProperty("masks").GetArrayLength())));
    }

    [Fact]
    public async Task A_frame_is_told_as_json_and_as_pictures()
    {
        using var caller = await fixture.CallerAsync(Scope.Read, Scope.Submit);
        var job = await fixture.CompletedJobAsync(caller, videos: 1, Stop);
        var video = JobTests.Text((await caller.GetFromJsonAsync<JsonElement>($"/api/v1/jobs/{job}/videos", Stop)).GetProperty("items")[0], "videoId");
        var frame = await caller.GetFromJsonAsync<JsonElement>($"/api/v1/videos/{video}/frames/70/masks", Stop);
        Assert.Equal(Expected(70, 1), Decode(frame.GetProperty("masks")[0]));

        var one = PngReader.Read(await caller.GetByteArrayAsync($"/api/v1/videos/{video}/frames/70/mask.png?object=2", Stop), "mask.png");
        Assert.Equal(Expected(70, 2).Select(set => (byte)(set * 255)), one.Pixels);
        var all = PngReader.Read(await caller.GetByteArrayAsync($"/api/v1/videos/{video}/frames/70/mask.png", Stop), "mask.png");
        Assert.Equal(Expected(70, 1).Zip(Expected(70, 2), (a, b) => (byte)(b == 1 ? 2 : a)), all.Pixels);

        await JobTests.ProblemAsync(await caller.GetAsync($"/api/v1/videos/{video}/frames/{GatewayFixture.Frames}/masks", Stop), HttpStatusCode.NotFound);
        await JobTests.ProblemAsync(await caller.GetAsync($"/api/v1/videos/{video}/frames/70/mask.png?object=3", Stop), HttpStatusCode.NotFound);
    }

    private static byte[] Expected(int frame, int id)
    {
        var mask = new byte[Height * Width];
        mask.AsSpan((frame + id) % Height * Width, Width / 2).Fill(1);
        return mask;
    }

    private static byte[] Decode(JsonElement mask) => RleCodec.Decode(new Rle(Height, Width, JobTests.Text(mask.GetProperty("segmentation"), "counts")));

    private static int Number(JsonElement element, string name) => element.GetProperty(name).GetInt32();
}
