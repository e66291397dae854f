using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Playwright;
using Sa2VA.Cluster.FaultTests;
using Sa2VA.Cluster.Gateway;
using Sa2VA.Cluster.Gateway.Security;
using Sa2VA.Cluster.Gateway.Uploads;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Sources;
using Sa2VA.Cluster.Transport;
using Sa2VA.Cluster.Videos;

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

    private string? _completed;

    /// <summary>The clip that ships, where nodes may read it.</summary>
    public string Clip => _folder.File("videos", "ref-shapes.mp4");

    internal TestCluster Cluster { get; private set; } = null!;

    /// <summary>Submits the clip with these sentences; returns the job's id.</summary>
    public async Task<string> SubmitAsync(string title, params string[] expressions)
    {
        await StartAsync();
        return await SubmitAsync(title, Clip, expressions);
    }

    private async Task<string> SubmitAsync(string title, string clip, string[] expressions)
    {
        var stop = TestContext.Current.CancellationToken;
        return (await Cluster.SubmitAsync(new JobRequest { Model = NanoModel.Name, Title = title }, [new VideoRequest(clip, [.. expressions.Select(text => new RunTarget.Expression(text))], Name: "shapes")], stop)).JobId;
    }

    /// <summary>Submits the clip with each of its frames so many times; returns the video's id.</summary>
    internal async Task<string> SubmitSlowedAsync(string title, int times, params string[] expressions)
    {
        await StartAsync();
        var slowed = _folder.File("videos", $"slowed-{times}.mp4");
        using (var ffmpeg = Process.Start("ffmpeg", ["-v", "error", "-y", "-i", Clip, "-vf", $"setpts={times}*PTS,fps=source_fps", "-crf", "12", "-pix_fmt", "yuv420p", slowed]))
        {
            await ffmpeg.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, ffmpeg.ExitCode);
        }

        return $"{await SubmitAsync(title, slowed, expressions)}-1";
    }

    /// <summary>Lets the node work until so many frames of a video are tracked, and stops it in its tracks.</summary>
    internal async Task UntilTrackedThenFrozenAsync(string video, int steps)
    {
        var stop = TestContext.Current.CancellationToken;
        Cluster.Nodes[0].Thaw();
        // Nobody says aloud how far a video is: its history is looked at until it says so.
        for (; ; await Task.Delay(TimeSpan.FromMilliseconds(20), stop))
        {
            var known = await VideoHistory.LoadAsync(Cluster.Connection.Journal, video, stop);
            Assert.Null(known.Ending);
            if (known.Checkpoint?.NextStep >= steps) break;
        }

        Cluster.Nodes[0].Freeze();
    }

    /// <summary>A video that is completed, in which one thing was looked for, the cyan object; the same for all tests.</summary>
    public async Task<string> CompletedVideoAsync()
    {
        return _completed ??= await CompletedVideoAsync("the clip that ships");
    }

    /// <summary>One of a test's own.</summary>
    public async Task<string> CompletedVideoAsync(string title)
    {
        var job = await SubmitAsync(title, "the cyan object");
        var video = Assert.Single(await Cluster.WaitAsync(new JobReceipt(job, 1, IsNew: true), TestContext.Current.CancellationToken));
        Assert.Equal(VideoState.Completed, video.State);
        return video.VideoId;
    }

    /// <summary>A job that was held back before a node could take its video.</summary>
    public async Task<string> SubmitHeldAsync(string title) => await WhileNodeIsFrozenAsync(async () =>
    {
        var job = await SubmitAsync(title, "the cyan object");
        await Cluster.Connection.Jobs.HoldAsync(job, videoId: null, TestContext.Current.CancellationToken);
        return job;
    });

    /// <summary>A video that took down whoever tried it: its one attempt was begun and never ended, then it was buried.</summary>
    public async Task<string> DeadVideoAsync(string reason) => await WhileNodeIsFrozenAsync(async () =>
    {
        var stop = TestContext.Current.CancellationToken;
        var video = $"{await SubmitAsync("dead", "the cyan object")}-1";
        var item = new WorkItem(video);
        while ((await Cluster.Connection.Jobs.BeginAttemptAsync(video, "a test", maxAttempts: 1, stop)).Verdict != AttemptVerdict.TooMany) { }
        await Cluster.Connection.Transport.PublishAsync(item, stop);
        await foreach (var delivery in Cluster.Connection.Transport.ConsumeAsync([WorkKind.Video], 1, stop))
        {
            if (delivery.Item.VideoId != video)
            {
                await delivery.ReturnAsync(stop);
                continue;
            }

            await delivery.BuryAsync(reason, stop);
            break;
        }

        return video;
    });

    /// <summary>
    /// Opens the dashboard in a window of its own, with a key that may do everything, does something there, and expects that nothing went wrong in the
    /// page meanwhile: no exception, no error in its console, nothing that its policy had to forbid.
    /// </summary>
    internal Task VisitAsync(Look look, string place, Func<IPage, Task> work, string? expected = null) =>
        VisitAsync(look, place, NewKey(Scope.Read, Scope.Submit, Scope.Operate), work, expected);

    /// <summary>The same with another key, or with none, and with messages in the console that are expected, by a part of them.</summary>
    internal async Task VisitAsync(Look look, string place, string? key, Func<IPage, Task> work, string? expected = null)
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
            if (message.Type is "error" or "warning" && (expected is null || !message.Text.Contains(expected, StringComparison.Ordinal))) wrong.Add($"{message.Type}: {message.Text} ({message.Location})");
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

    private async Task<T> WhileNodeIsFrozenAsync<T>(Func<Task<T>> work)
    {
        await StartAsync();
        Cluster.Nodes[0].Freeze();
        try
        {
            return await work();
        }
        finally
        {
            Cluster.Nodes[0].Thaw();
        }
    }

    private Task StartAsync() => _starting ??= StartOnceAsync();

    private async Task StartOnceAsync()
    {
        _playwright = await Playwright.CreateAsync();
        _browser = await Chromium.StartOrSkipAsync(_playwright);
        foreach (var folder in (string[])["videos", "uploads"]) Directory.CreateDirectory(_folder.File(folder));
        File.Copy(Path.Combine(Samples.Folder, "ref-shapes.mp4"), Clip);
        Cluster = await TestCluster.StartAsync([], CancellationToken.None);
        _opened.Add(Cluster);
        Cluster.NodeSettings["sources"] = new JsonObject
        {
            ["roots"] = new JsonArray(new JsonObject { ["path"] = _folder.File("videos"), ["name"] = "archive" }, new JsonObject { ["path"] = _folder.File("uploads"), ["name"] = "uploads" }),
        };
        Cluster.StartNode();
        var settings = new GatewaySettings
        {
            Listen = "http://127.0.0.1:0", Servers = Cluster.Endpoints, Keys = _folder.File("keys.json"), Models = [NanoModel.Name],
            Roots = [new FileRoot(_folder.File("videos"), "archive")], Uploads = new UploadSettings { Folder = _folder.File("uploads") }, ScratchFolder = _folder.File("scratch"), Limits = new GatewayLimits { RequestsPerMinute = 1_000_000 },
        };
        NewKey(Scope.Read);
        _gateway = GatewayApp.Create(settings, Cluster.Connection);
        _opened.Add(_gateway);
        await _gateway.StartAsync(CancellationToken.None);
    }
}
