using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Sa2VA.Cluster.Gateway.Security;

namespace Sa2VA.Cluster.Gateway.Tests;

[Collection(GatewayCollection.Name)]
public sealed class OperationTests(GatewayFixture fixture)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_cluster_tells_of_its_nodes_queues_and_models()
    {
        using var caller = await fixture.CallerAsync(Scope.Read);
        var cluster = await caller.GetFromJsonAsync<JsonElement>("/api/v1/cluster", Stop);
        Assert.Equal("nano", cluster.GetProperty("models")[0].GetString());
        Assert.Equal(0, cluster.GetProperty("dead").GetInt32());
        Assert.Contains(cluster.GetProperty("queues").EnumerateArray(), queue => JobTests.Text(queue, "kind") == "video" && JobTests.Text(queue, "priority") == "high");
        var node = Assert.Single(cluster.GetProperty("nodes").EnumerateArray());
        Assert.Equal(("node", 4, true, false), (JobTests.Text(node, "name"), node.GetProperty("slots").GetInt32(), node.GetProperty("isAlive").GetBoolean(), node.GetProperty("isDraining").GetBoolean()));
        Assert.Equal(["keyframe", "tracker"], node.GetProperty("roles").EnumerateArray().Select(role => role.GetString()));
        Assert.Equal("cpu", JobTests.Text(node.GetProperty("devices")[0], "device"));
    }

    [Fact]
    public async Task A_job_is_made_urgent_while_it_waits_and_runs_once()
    {
        using var caller = await fixture.CallerAsync(Scope.Read, Scope.Submit);
        var job = await GatewayFixture.SubmitAsync(caller, videos: 30, Stop);
        var moved = await PrioritizeAsync(caller, $"jobs/{job}", "high");
        Assert.InRange(moved.GetProperty("videos").GetInt32(), 1, 30);
        await GatewayFixture.UntilCompletedAsync(caller, job, videos: 30, Stop);
        Assert.Equal("high", JobTests.Text(await caller.GetFromJsonAsync<JsonElement>($"/api/v1/jobs/{job}", Stop), "priority"));
        foreach (var video in (await caller.GetFromJsonAsync<JsonElement>($"/api/v1/jobs/{job}/videos", Stop)).GetProperty("items").EnumerateArray())
        {
            Assert.Equal("high", JobTests.Text(video, "priority"));
            Assert.True(video.GetProperty("progress").GetProperty("perSecond").GetDouble() > 0);
            // One claim each: nothing ran a second time.
            Assert.Equal(1, (await fixture.Cluster.Jobs.FindVideoAsync(JobTests.Text(video, "videoId"), Stop))!.Epoch);
        }

        await JobTests.ProblemAsync(await caller.PostAsJsonAsync($"/api/v1/jobs/{job}/priority", new { priority = "low" }, Stop), HttpStatusCode.Conflict);
        await JobTests.ProblemAsync(await caller.PostAsJsonAsync($"/api/v1/videos/{job}-1/priority", new { priority = "low" }, Stop), HttpStatusCode.Conflict);
        await JobTests.ProblemAsync(await caller.PostAsJsonAsync($"/api/v1/jobs/{job}/priority", new { priority = "soon" }, Stop), HttpStatusCode.BadRequest);
        await JobTests.ProblemAsync(await caller.PostAsJsonAsync("/api/v1/jobs/x/priority", new { priority = "low" }, Stop), HttpStatusCode.NotFound);
    }

    private static async Task<JsonElement> PrioritizeAsync(HttpClient caller, string what, string priority)
    {
        var response = await caller.PostAsJsonAsync($"/api/v1/{what}/priority", new { priority }, Stop);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadFromJsonAsync<JsonElement>(Stop);
    }
}
