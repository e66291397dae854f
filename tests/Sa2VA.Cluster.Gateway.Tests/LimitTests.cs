using System.Net;
using Sa2VA.Cluster.Gateway.Security;

namespace Sa2VA.Cluster.Gateway.Tests;

[Collection(GatewayCollection.Name)]
public sealed class LimitTests(GatewayFixture fixture)
{
    private const int Requests = 5;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_key_that_asks_too_often_is_told_to_wait_and_others_are_not()
    {
        using var busy = await fixture.CallerAsync(Scope.Read);
        using var quiet = await fixture.CallerAsync(Scope.Read);
        var app = await fixture.OpenAsync(fixture.Settings with { Limits = new GatewayLimits { RequestsPerMinute = Requests } });
        using var busyHere = Here(busy, app.Urls.Single());
        using var quietHere = Here(quiet, app.Urls.Single());
        for (var i = 0; i < Requests; i++) Assert.Equal(HttpStatusCode.OK, (await busyHere.GetAsync("/api/v1/jobs", Stop)).StatusCode);
        var refused = await busyHere.GetAsync("/api/v1/jobs", Stop);
        await JobTests.ProblemAsync(refused, HttpStatusCode.TooManyRequests);
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Equal(HttpStatusCode.OK, (await quietHere.GetAsync("/api/v1/jobs", Stop)).StatusCode);
    }

    [Fact]
    public async Task A_key_has_so_many_streams_and_gets_one_back_when_it_closes_one()
    {
        using var caller = await fixture.CallerAsync(Scope.Read, Scope.Submit);
        var job = await GatewayFixture.SubmitAsync(caller, videos: 1, Stop);
        var app = await fixture.OpenAsync(fixture.Settings with { Limits = fixture.Settings.Limits with { StreamsPerKey = 2 } });
        using var here = Here(caller, app.Urls.Single());
        var first = await OpenAsync();
        var second = await OpenAsync();
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (first.StatusCode, second.StatusCode));
        await JobTests.ProblemAsync(await OpenAsync(), HttpStatusCode.TooManyRequests);
        first.Dispose();
        // The gateway notices that a reader has gone when it writes to it, or is told by the connection's end: until then it still counts.
        HttpResponseMessage third;
        while ((third = await OpenAsync()).StatusCode == HttpStatusCode.TooManyRequests) await Task.Delay(20, Stop);
        Assert.Equal(HttpStatusCode.OK, third.StatusCode);

        Task<HttpResponseMessage> OpenAsync() => here.SendAsync(new HttpRequestMessage(HttpMethod.Get, $"/api/v1/jobs/{job}/events"), HttpCompletionOption.ResponseHeadersRead, Stop);
    }

    [Fact]
    public async Task Pages_of_other_origins_are_not_let_in_unless_they_are_named()
    {
        using var caller = await fixture.CallerAsync(Scope.Read);
        Assert.Equal("https://archive.example.org", await AllowedAsync("https://archive.example.org"));
        Assert.Null(await AllowedAsync("https://elsewhere.example.org"));

        async Task<string?> AllowedAsync(string origin)
        {
            using var request = new HttpRequestMessage(HttpMethod.Options, "/api/v1/jobs") { Headers = { { "Origin", origin }, { "Access-Control-Request-Method", "GET" } } };
            var response = await caller.SendAsync(request, Stop);
            return response.Headers.TryGetValues("Access-Control-Allow-Origin", out var allowed) ? allowed.Single() : null;
        }
    }

    private static HttpClient Here(HttpClient like, string address) => new() { BaseAddress = new Uri(address), DefaultRequestHeaders = { Authorization = like.DefaultRequestHeaders.Authorization } };
}
