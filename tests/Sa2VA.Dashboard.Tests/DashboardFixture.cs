using Microsoft.AspNetCore.Builder;
using Microsoft.Playwright;
using Sa2VA.Cluster.FaultTests;
using Sa2VA.Cluster.Gateway;
using Sa2VA.Cluster.Gateway.Security;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Runs;

namespace Sa2VA.Dashboard.Tests;

/// <summary>
/// Three real servers, a real node with the small model, a gateway, and a browser: started once, when the first test asks, and used by all of them.
/// </summary>
public sealed class DashboardFixture : IAsyncDisposable
{
    // The machine may be busy; a test that waits in vain is told by its locator what did not come.
    private const float PatienceMilliseconds = 120_000;

    private readonly TemporaryFolder _folder = new();
    private readonly List<IAsyncDisposable> _opened = [];
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private WebApplication? _gateway;
    private Task? _starting;

    /// <summary>The clip that ships, where nodes may read it.</summary>
    public string Clip => _folder.File("ref-shapes.mp4");

    internal TestCluster Cluster { get; private set; } = null!;

    /// <summary>Submits the clip with these sentences; returns the job's id.</summary>
    public async Task<string> SubmitAsync(string title, params string[] expressions)
    {
        await StartAsync();
        var stop = TestContext.Current.CancellationToken;
        return (await Cluster.SubmitAsync(new JobRequest { Model = NanoModel.Name, Title = title }, [new VideoRequest(Clip, [.. expressions.Select(text => new RunTarget.Expression(text))], Name: "shapes")], stop)).JobId;
    }

    /// <summary>
    /// Opens the dashboard in a window of its own, with a key that may do everything, does something there, and expects that nothing went wrong in the
    /// page meanwhile: no exception, no error in its console, nothing that its policy had to forbid.
    /// </summary>
    internal Task VisitAsync(Look look, string place, Func<IPage, Task> work) => VisitAsync(look, place, NewKey(Scope.Read, Scope.Submit, Scope.Operate), work);

    /// <summary>The same with another key, or with none.</summary>
    internal async Task VisitAsync(Look look, string place, string? key, Func<IPage, Task> work)
    {
        await StartAsync();
        await using var context = await _browser!.NewContextAsync(new()
        {
            ViewportSize = new() { Width = look.Width, Height = look.Height }, ColorScheme = look.Scheme, Locale = "en-GB", AcceptDownloads = true,
        });
        context.SetDefaultTimeout(PatienceMilliseconds);
        Assertions.SetDefaultExpectTimeout(PatienceMilliseconds);
        var page = await context.NewPageAsync();
        var wrong = new List<string>();
        page.PageError += (_, error) => wrong.Add(error);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") wrong.Add($"{message.Type}: {message.Text} ({message.Location})");
        };
        if (key is not null) await page.AddInitScriptAsync($"sessionStorage.setItem('sa2va.key', '{key}')");
        await page.GotoAsync($"{_gateway!.Urls.Single()}/#{place}");
        try
        {
            await work(page);
        }
        catch (PlaywrightException)
        {
            Cluster.Report();
            throw;
        }

        Assert.Empty(wrong);
    }

    public string NewKey(params string[] scopes)
    {
        var (key, secret) = ApiKey.Create("a test", scopes, expires: null);
        ApiKeyFile.Add(_folder.File("keys.json"), key);
        return secret;
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
        if (_gateway is not null) await _gateway.StopAsync();
        for (var i = _opened.Count - 1; i >= 0; i--) await _opened[i].DisposeAsync();
        _folder.Dispose();
    }

    private Task StartAsync() => _starting ??= StartOnceAsync();

    private async Task StartOnceAsync()
    {
        _playwright = await Playwright.CreateAsync();
        _browser = await Chromium.StartOrSkipAsync(_playwright);
        File.Copy(Path.Combine(Path.GetDirectoryName(NanoModel.Folder)!, "..", "samples", "ref-shapes.mp4"), Clip);
        Cluster = await TestCluster.StartAsync(CancellationToken.None);
        _opened.Add(Cluster);
        Cluster.StartNode();
        var settings = new GatewaySettings
        {
            Listen = "http://127.0.0.1:0", Servers = Cluster.Servers.Endpoints, Keys = _folder.File("keys.json"), Models = [NanoModel.Name], Limits = new GatewayLimits { RequestsPerMinute = 1_000_000 },
        };
        NewKey(Scope.Read);
        _gateway = GatewayApp.Create(settings, Cluster.Connection);
        _opened.Add(_gateway);
        await _gateway.StartAsync(CancellationToken.None);
    }
}
