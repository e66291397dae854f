using System.Net;
using System.Text;
using Sa2VA.Cluster.Gateway.Security;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.Gateway.Tests;

[Collection(GatewayCollection.Name)]
public sealed class KeyTests(GatewayFixture fixture)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_is_told_or_taken_without_a_key()
    {
        using var stranger = await fixture.StrangerAsync();
        foreach (var path in (string[])["jobs", "jobs/x", "videos/x", "videos/x/masks", "cluster", "dead", "jobs/x/events"])
            await JobTests.ProblemAsync(await stranger.GetAsync($"/api/v1/{path}", Stop), HttpStatusCode.Unauthorized);
        using var body = new StringContent("{}", Encoding.UTF8, "application/json");
        await JobTests.ProblemAsync(await stranger.PostAsync("/api/v1/jobs", body, Stop), HttpStatusCode.Unauthorized);
        // What tells nothing is open.
        foreach (var path in (string[])["/health/live", "/health/ready", "/openapi/v1.json"])
            Assert.Equal(HttpStatusCode.OK, (await stranger.GetAsync(path, Stop)).StatusCode);
    }

    [Fact]
    public async Task A_key_may_do_what_its_scopes_say_and_nothing_else()
    {
        using var reader = await fixture.CallerAsync(Scope.Read);
        using var submitter = await fixture.CallerAsync(Scope.Submit);
        await JobTests.ProblemAsync(await reader.PostAsync("/api/v1/jobs/x/cancel", content: null, Stop), HttpStatusCode.Forbidden);
        await JobTests.ProblemAsync(await reader.GetAsync("/api/v1/dead", Stop), HttpStatusCode.Forbidden);
        await JobTests.ProblemAsync(await submitter.GetAsync("/api/v1/jobs", Stop), HttpStatusCode.Forbidden);
        using var operators = await fixture.CallerAsync(Scope.Operate);
        Assert.Equal(HttpStatusCode.OK, (await operators.GetAsync("/api/v1/dead", Stop)).StatusCode);
    }

    [Fact]
    public async Task Keys_come_and_go_while_the_gateway_runs()
    {
        using var caller = await fixture.CallerAsync(Scope.Read);
        var (key, secret) = ApiKey.Create("for a while", [Scope.Read], expires: null);
        using var guest = fixture.With(secret);
        await JobTests.ProblemAsync(await guest.GetAsync("/api/v1/jobs", Stop), HttpStatusCode.Unauthorized);
        ApiKeyFile.Add(fixture.KeyFile, key);
        Assert.Equal(HttpStatusCode.OK, (await guest.GetAsync("/api/v1/jobs", Stop)).StatusCode);
        Assert.True(ApiKeyFile.Remove(fixture.KeyFile, key.Id));
        await JobTests.ProblemAsync(await guest.GetAsync("/api/v1/jobs", Stop), HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_key_that_is_almost_right_or_too_old_is_wrong()
    {
        using var caller = await fixture.CallerAsync(Scope.Read);
        var (key, secret) = ApiKey.Create("old", [Scope.Read], TimeProvider.System.GetUtcNow().AddSeconds(-1));
        ApiKeyFile.Add(fixture.KeyFile, key);
        var right = caller.DefaultRequestHeaders.Authorization!.Parameter!;
        foreach (var wrong in (string[])[secret, right[..^1], right + "x", right[..20], "sa2va__", "", "x"])
        {
            using var guest = fixture.With(wrong);
            await JobTests.ProblemAsync(await guest.GetAsync("/api/v1/jobs", Stop), HttpStatusCode.Unauthorized);
        }
    }

    [Fact]
    public void Secrets_are_kept_nowhere_and_files_are_their_owners_alone()
    {
        using var folder = new TemporaryFolder();
        var (key, secret) = ApiKey.Create("me", [Scope.Read, Scope.Submit], expires: null);
        ApiKeyFile.Add(folder.File("keys.json"), key);
        var text = File.ReadAllText(folder.File("keys.json"));
        Assert.DoesNotContain(secret.Split('_', 3)[2], text, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.File("keys.json")));
        var read = Assert.Single(ApiKeyFile.List(folder.File("keys.json")));
        Assert.Equal((key.Id, key.Name, key.Sha256), (read.Id, read.Name, read.Sha256));
        Assert.True(read.Matches(secret));
    }

    [Theory]
    [InlineData("{\"keys\":[{\"id\":\"a\",\"name\":\"n\",\"sha256\":\"short\",\"scopes\":[]}]}", "is not one of SHA-256")]
    [InlineData("{\"keys\":[{\"id\":\"a\",\"name\":\"n\",\"sha256\":\"0000000000000000000000000000000000000000000000000000000000000000\",\"scopes\":[\"root\"]}]}", "scope 'root'")]
    [InlineData("{", "keys.json")]
    public void A_broken_file_is_an_error_that_names_it(string content, string why)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("keys.json"), content);
        Assert.Contains(why, Assert.Throws<SettingsException>(() => new ApiKeyFile(folder.File("keys.json"))).Message, StringComparison.Ordinal);
    }
}
