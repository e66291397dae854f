using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging.Abstractions;
using Sa2VA.Cluster.Gateway.Security;
using Sa2VA.Cluster.Gateway.Uploads;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Progress;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Settings;
using Sa2VA.Cluster.Simulation;
using Sa2VA.Cluster.Sources;
using Sa2VA.Cluster.Tests.Servers;
using Sa2VA.Models.Checkpoints;

[assembly: AssemblyFixture(typeof(ServersFixture))]

namespace Sa2VA.Cluster.Gateway.Tests;

/// <summary>A gateway before a real cluster whose node only pretends to compute, and callers with keys of their own.</summary>
public sealed class GatewayFixture(ServersFixture servers) : IAsyncDisposable
{
    public const int Frames = 100;

    public const int UploadBytes = 1 << 20;

    /// <summary>A model with random weights, whose likeliest words come to no end.</summary>
    public const string Endless = "endless";

    private readonly TemporaryFolder _folder = new();
    private readonly SemaphoreSlim _starting = new(1);
    private readonly CancellationTokenSource _drain = new();
    private readonly List<IAsyncDisposable> _opened = [];
    private Task<bool>? _node;
    private WebApplication? _app;

    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web);

    public ClusterConnection Cluster { get; private set; } = null!;

    public string KeyFile => _folder.File("keys.json");

    public GatewaySettings Settings { get; private set; } = null!;

    /// <summary>Another gateway before the same cluster.</summary>
    public async Task<WebApplication> OpenAsync(GatewaySettings settings)
    {
        var app = GatewayApp.Create(settings, Cluster);
        await app.StartAsync(CancellationToken.None);
        _opened.Add(app);
        return app;
    }

    public async Task<HttpClient> CallerAsync(params string[] scopes)
    {
        await StartAsync();
        var (key, secret) = ApiKey.Create(string.Join('+', scopes), scopes, expires: null);
        ApiKeyFile.Add(KeyFile, key);
        return With(secret);
    }

    /// <summary>A caller of a gateway whose only model comes to no end when it answers.</summary>
    public async Task<HttpClient> EndlessCallerAsync(params string[] scopes)
    {
        var caller = await CallerAsync(scopes);
        var app = await OpenAsync(Settings with { Models = [Endless] });
        caller.BaseAddress = new Uri(app.Urls.Single());
        return caller;
    }

    public async Task<HttpClient> StrangerAsync()
    {
        await StartAsync();
        return new HttpClient { BaseAddress = new Uri(_app!.Urls.Single()) };
    }

    public HttpClient With(string secret) => new()
    {
        BaseAddress = new Uri(_app!.Urls.Single()), DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", secret) },
    };

    /// <summary>Submits videos with two sentences each and waits until all are over.</summary>
    public async Task<string> CompletedJobAsync(HttpClient caller, int videos, CancellationToken stop)
    {
        var job = await SubmitAsync(caller, videos, stop);
        await UntilCompletedAsync(caller, job, videos, stop);
        return job;
    }

    public static async Task UntilCompletedAsync(HttpClient caller, string job, int videos, CancellationToken stop)
    {
        for (; ; )
        {
            var body = await caller.GetFromJsonAsync<JsonElement>($"/api/v1/jobs/{job}", stop);
            if (body.GetProperty("byState").GetProperty("completed").GetInt32() == videos) return;
            // The state is polled as a caller would: the API promises nothing faster than events, which have tests of their own.
            await Task.Delay(50, stop);
        }
    }

    /// <summary>A video that is really there, as large and as long as those that the node pretends to see. Made once.</summary>
    public string Clip()
    {
        var path = _folder.File("videos", "clip.mp4");
        lock (_drain)
        {
            if (File.Exists(path)) return path;
            using var ffmpeg = System.Diagnostics.Process.Start("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "testsrc2=size=64x48:rate=25", "-frames:v", $"{Frames}", "-pix_fmt", "yuv420p", path]);
            ffmpeg.WaitForExit();
            Assert.Equal(0, ffmpeg.ExitCode);
        }

        return path;
    }

    /// <summary>A file's path beside the videos.</summary>
    public string Beside(string name) => _folder.File("videos", name);

    /// <summary>Submits one video by its source and waits until it is completed.</summary>
    public async Task<string> CompletedVideoAsync(HttpClient caller, string source, CancellationToken stop)
    {
        var response = await caller.PostAsJsonAsync("/api/v1/jobs", new { model = "nano", videos = new[] { new { video = source, expressions = new[] { "the dog", "the cat" } } } }, stop);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(stop));
        var job = (await response.Content.ReadFromJsonAsync<JsonElement>(stop)).GetProperty("jobId").GetString()!;
        await UntilCompletedAsync(caller, job, videos: 1, stop);
        return $"{job}-1";
    }

    public static async Task<string> SubmitAsync(HttpClient caller, int videos, CancellationToken stop)
    {
        var response = await caller.PostAsJsonAsync("/api/v1/jobs", Job(videos), stop);
        Assert.Equal(System.Net.HttpStatusCode.Created, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync<JsonElement>(stop)).GetProperty("jobId").GetString()!;
    }

    public static object Job(int videos, string? key = null) => new
    {
        model = "nano", key, title = "a title", videos = Enumerable.Range(0, videos).Select(i => new { video = $"clip-{i}.mp4", expressions = new[] { "the dog", "the cat" } }),
    };

    public async ValueTask DisposeAsync()
    {
        if (_app is not null) await _app.StopAsync();
        await _drain.CancelAsync();
        if (_node is not null) await _node;
        for (var i = _opened.Count - 1; i >= 0; i--) await _opened[i].DisposeAsync();
        _folder.Dispose();
        _drain.Dispose();
        _starting.Dispose();
    }

    private async Task StartAsync()
    {
        var stop = TestContext.Current.CancellationToken;
        await _starting.WaitAsync(stop);
        try
        {
            if (_app is not null) return;
            var endpoints = new ClusterEndpoints(await servers.PostgresAsync(stop), await servers.RabbitMqAsync(stop), await servers.RedisAsync(stop));
            Cluster = await ClusterConnection.OpenAsync(endpoints, new ClusterOptions { Name = "gateway" }, logs: null, CancellationToken.None);
            _opened.Add(Cluster);
            await StartNodeAsync(endpoints);
            ApiKeyFile.Add(KeyFile, ApiKey.Create("nobody", [Scope.Read], expires: null).Key);
            Settings = new GatewaySettings
            {
                Listen = "http://127.0.0.1:0", Servers = endpoints, Keys = KeyFile, Models = ["nano"], Origins = ["https://archive.example.org"],
                Roots = [new FileRoot(Directory.CreateDirectory(_folder.File("videos")).FullName, "videos")],
                Uploads = new UploadSettings { Folder = _folder.File("uploads"), MaxBytes = UploadBytes }, ScratchFolder = _folder.File("scratch"),
                Limits = new GatewayLimits { RequestsPerMinute = 1_000_000 },
            };
            _app = await OpenAsync(Settings);
        }
        finally
        {
            _starting.Release();
        }
    }

    private async Task StartNodeAsync(ClusterEndpoints endpoints)
    {
        ModelInitializer.Write(ModelPreset.Named("tiny"), _folder.File(Endless), new InitOptions { Seed = 3, AnswersWithSegmentation = false });
        var settings = new NodeSettings
        {
            Name = "node", Servers = endpoints, Devices = [new DeviceSettings { Device = "cpu", Slots = 4 }],
            // The simulation of videos never asks it; conversations do.
            Models = new Dictionary<string, ModelChoice>(StringComparer.Ordinal) { ["nano"] = Path.Combine(Checkout.Folder, "models", "sa2va-nano"), [Endless] = _folder.File(Endless) },
        };
        var connection = await ClusterConnection.OpenAsync(endpoints, settings.ToClusterOptions(), logs: null, CancellationToken.None);
        var reporter = new ProgressReporter(connection.Progress);
        var news = new EventPublisher(connection.Progress, connection.Jobs.IsOverAsync);
        var node = new Node(settings, new NodeServices
        {
            News = news.Tell, Nodes = connection.Nodes,
            Conversations = connection.Conversations,
            Transport = connection.Transport, Journal = connection.Journal, Jobs = connection.Jobs, States = connection.States, Results = connection.Results,
            Fetch = static (source, _) => Task.FromResult(new LocalVideo(source)), Log = NullLogger.Instance,
            Progress = (video, epoch) => new VideoReport(reporter, video, epoch, settings.Name, TimeProvider.System),
        }.Simulating(new SimulatedVideo { Frames = Frames, FrameTime = TimeSpan.FromMilliseconds(1) }));
        _opened.AddRange([connection, reporter, news, node]);
        _node = node.RunAsync(_drain.Token);
    }
}
