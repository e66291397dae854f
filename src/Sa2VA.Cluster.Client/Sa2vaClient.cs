using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace Sa2VA.Cluster.Client;

/// <summary>A cluster, through one of its gateways. Safe to use from several threads; make one and keep it.</summary>
public sealed partial class Sa2vaClient : IDisposable
{
    private const string Api = "/api/v1";
    private const int PageSize = 200;

    private readonly HttpClient _http;
    private readonly Caller _caller;

    /// <summary>Makes a client; nothing is asked before its first method.</summary>
    /// <param name="gateway">Address of a gateway, or of the balancer before several.</param>
    /// <param name="key">The key.</param>
    /// <param name="options">How patient it is.</param>
    /// <param name="handler">Makes the connections; it stays the caller's.</param>
    public Sa2vaClient(Uri gateway, string key, Sa2vaClientOptions? options = null, HttpMessageHandler? handler = null)
    {
        _http = handler is null ? new HttpClient() : new HttpClient(handler, disposeHandler: false);
        _http.BaseAddress = gateway;
        // Streams are open for as long as they are read; whoever waits says for how long by a token.
        _http.Timeout = Timeout.InfiniteTimeSpan;
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        _caller = new Caller(_http, options ?? new Sa2vaClientOptions());
    }

    /// <summary>Submits a job. Without a key of its own it gets an idempotency key, so that a lost answer does not submit it twice.</summary>
    /// <exception cref="Sa2vaException">It was refused.</exception>
    public async Task<AcceptedJob> SubmitAsync(NewJob job, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(job);
        var once = job.Key is null ? Guid.NewGuid().ToString("N") : null;
        using var response = await _caller.SendAsync(() => WithKey(new HttpRequestMessage(HttpMethod.Post, $"{Api}/jobs") { Content = JsonContent.Create(job, options: Written) }, once), isSafe: true, accept: null, stop);
        return await ReadAsync<AcceptedJob>(response, stop);
    }

    /// <summary>Submits a job whose videos are JSON lines (<c>docs/manifest.md</c>); they are sent as they are read.</summary>
    /// <param name="job">Its settings.</param>
    /// <param name="manifest">The lines; only when it can seek is it sent again after a failure.</param>
    /// <param name="stop">Stops.</param>
    /// <exception cref="Sa2vaException">It was refused; <see cref="Sa2vaException.Line"/> says for which line.</exception>
    public async Task<AcceptedJob> SubmitAsync(ManifestJob job, Stream manifest, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(manifest);
        var once = job.Key is null ? Guid.NewGuid().ToString("N") : null;
        var query = Query([
            ("model", job.Model), ("key", job.Key), ("title", job.Title), ("priority", job.Priority), ("keyFrames", Text(job.KeyFrames)), ("reuseResults", job.ReuseResults ? "true" : "false"),
            ("reground", job.Reground), ("verifyAsks", job.VerifyAsks is { } asks ? Text(asks) : null),
            ("verifyWords", job.VerifyWords is { } words ? (words ? "true" : "false") : null),
            .. (job.Questions ?? []).Select(text => ("questions", (string?)text)), ("caption", job.Caption ? "true" : null)]);
        var (start, sent) = (manifest.CanSeek ? manifest.Position : 0, 0);
        using var response = await _caller.SendAsync(Make, isSafe: true, accept: null, stop);
        return await ReadAsync<AcceptedJob>(response, stop);

        HttpRequestMessage? Make()
        {
            if (sent++ > 0)
            {
                if (!manifest.CanSeek) return null;
                manifest.Position = start;
            }

            var content = new StreamContent(new Kept(manifest)) { Headers = { ContentType = new MediaTypeHeaderValue("application/x-ndjson") } };
            return WithKey(new HttpRequestMessage(HttpMethod.Post, $"{Api}/jobs/manifest{query}") { Content = content }, once);
        }
    }

    /// <summary>A job, or null.</summary>
    public Task<Job?> FindJobAsync(string jobId, CancellationToken stop = default) => FindAsync<Job>($"{Api}/jobs/{Escape(jobId)}", stop);

    /// <summary>Jobs, newest first; pages are fetched as they are needed.</summary>
    /// <param name="state">Only those that are <c>active</c> (something is left to do), <c>done</c> (nothing is) or <c>failed</c> (a video failed or was given up); null for all.</param>
    /// <param name="name">Only those with this in their title, id, model or key, whatever its case; null for all.</param>
    /// <param name="stop">Stops.</param>
    public IAsyncEnumerable<Job> ListJobsAsync(string? state = null, string? name = null, CancellationToken stop = default)
        => PagesAsync<Job>(next => $"{Api}/jobs{Query(("state", state), ("name", name), ("before", next), ("limit", Text(PageSize)))}", stop);

    /// <summary>A job's videos in the order of its manifest; pages are fetched as they are needed.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="state">Only those in this state; null for all.</param>
    /// <param name="stop">Stops.</param>
    public IAsyncEnumerable<Video> ListVideosAsync(string jobId, string? state = null, CancellationToken stop = default)
        => PagesAsync<Video>(next => $"{Api}/jobs/{Escape(jobId)}/videos{Query(("state", state), ("after", next), ("limit", Text(PageSize)))}", stop);

    /// <summary>A video, or null.</summary>
    public Task<Video?> FindVideoAsync(string videoId, CancellationToken stop = default) => FindAsync<Video>($"{Api}/videos/{Escape(videoId)}", stop);

    /// <summary>Stops a job for good.</summary>
    public Task CancelJobAsync(string jobId, string? reason = null, CancellationToken stop = default) => PostAsync($"{Api}/jobs/{Escape(jobId)}/cancel", reason, stop);

    /// <summary>Holds a job back; what runs is handed over first.</summary>
    public Task HoldJobAsync(string jobId, CancellationToken stop = default) => PostAsync($"{Api}/jobs/{Escape(jobId)}/hold", reason: null, stop);

    /// <summary>Lets a job that was held back go on.</summary>
    public Task ReleaseJobAsync(string jobId, CancellationToken stop = default) => PostAsync($"{Api}/jobs/{Escape(jobId)}/release", reason: null, stop);

    /// <summary>Tries what failed, or is dead, again.</summary>
    public Task RetryJobAsync(string jobId, CancellationToken stop = default) => PostAsync($"{Api}/jobs/{Escape(jobId)}/retry", reason: null, stop);

    /// <summary>Stops a video for good.</summary>
    public Task CancelVideoAsync(string videoId, string? reason = null, CancellationToken stop = default) => PostAsync($"{Api}/videos/{Escape(videoId)}/cancel", reason, stop);

    /// <summary>Tries a failed or dead video again.</summary>
    public Task RetryVideoAsync(string videoId, CancellationToken stop = default) => PostAsync($"{Api}/videos/{Escape(videoId)}/retry", reason: null, stop);

    /// <summary>Holds a video back; one that runs is handed over first.</summary>
    public Task HoldVideoAsync(string videoId, CancellationToken stop = default) => PostAsync($"{Api}/videos/{Escape(videoId)}/hold", reason: null, stop);

    /// <summary>Lets a video that was held back go on.</summary>
    public Task ReleaseVideoAsync(string videoId, CancellationToken stop = default) => PostAsync($"{Api}/videos/{Escape(videoId)}/release", reason: null, stop);

    /// <summary>What was found in a video; null before a node has opened it.</summary>
    public Task<Found?> FindObjectsAsync(string videoId, CancellationToken stop = default) => FindAsync<Found>($"{Api}/videos/{Escape(videoId)}/objects", stop);

    /// <summary>The stored masks, frame by frame. A connection that is lost on the way is renewed behind the last frame.</summary>
    /// <param name="videoId">Whose.</param>
    /// <param name="from">The first frame of the file that is wanted.</param>
    /// <param name="to">The last one, included.</param>
    /// <param name="objectId">Only this object's.</param>
    /// <param name="stop">Stops.</param>
    public async IAsyncEnumerable<FrameMasks> ReadMasksAsync(string videoId, int? from = null, int? to = null, int? objectId = null, [EnumeratorCancellation] CancellationToken stop = default)
    {
        for (var lost = 0; ;)
        {
            var path = $"{Api}/videos/{Escape(videoId)}/masks{Query(("from", Text(from)), ("to", Text(to)), ("object", Text(objectId)))}";
            using var response = await _caller.SendAsync(() => new HttpRequestMessage(HttpMethod.Get, path), isSafe: true, accept: null, stop);
            using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(stop));
            string? line;
            var isWhole = true;
            do
            {
                try
                {
                    line = await lines.ReadLineAsync(stop);
                }
                catch (Exception cut) when (cut is IOException or HttpRequestException)
                {
                    (line, isWhole) = (null, false);
                }

                if (line is null) break;
                var frame = JsonSerializer.Deserialize<FrameMasks>(line, Caller.Json)!;
                (from, lost) = (frame.Frame + 1, 0);
                yield return frame;
            }
            while (true);
            if (isWhole) yield break;
            await _caller.PauseAsync(++lost, asked: null, stop);
        }
    }

    /// <summary>One frame's masks; null where there are none yet.</summary>
    public Task<FrameMasks?> FindFrameAsync(string videoId, int frame, CancellationToken stop = default) => FindAsync<FrameMasks>($"{Api}/videos/{Escape(videoId)}/frames/{Text(frame)}/masks", stop);

    /// <summary>One frame's masks as a PNG: of one object white on black, of all with DAVIS's palette.</summary>
    public async Task<byte[]> GetMaskPictureAsync(string videoId, int frame, int? objectId = null, CancellationToken stop = default)
    {
        var path = $"{Api}/videos/{Escape(videoId)}/frames/{Text(frame)}/mask.png{Query(("object", Text(objectId)))}";
        using var response = await _caller.SendAsync(() => new HttpRequestMessage(HttpMethod.Get, path), isSafe: true, accept: null, stop);
        return await response.Content.ReadAsByteArrayAsync(stop);
    }

    /// <summary>A job's events, first those that are kept, then new ones as they happen, until the token is cancelled. Lost connections are renewed behind the last event.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="afterId">Only events after this one.</param>
    /// <param name="stop">Ends it.</param>
    public async IAsyncEnumerable<JobEvent> ReadEventsAsync(string jobId, string? afterId = null, [EnumeratorCancellation] CancellationToken stop = default)
    {
        for (var lost = 0; ;)
        {
            using var response = await _caller.SendAsync(() => Make(), isSafe: true, accept: null, stop);
            using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(stop), Encoding.UTF8);
            while (await EventStream.ReadAsync(lines, stop) is { } happened)
            {
                (afterId, lost) = (happened.Id, 0);
                yield return happened;
            }

            await _caller.PauseAsync(++lost, asked: null, stop);
        }

        HttpRequestMessage Make()
        {
            var request = new HttpRequestMessage(HttpMethod.Get, $"{Api}/jobs/{Escape(jobId)}/events");
            if (afterId is not null) request.Headers.Add("Last-Event-ID", afterId);
            return request;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static JsonSerializerOptions Written { get; } = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull };

    private static HttpRequestMessage WithKey(HttpRequestMessage request, string? once)
    {
        if (once is not null) request.Headers.Add("Idempotency-Key", once);
        return request;
    }

    private static string Escape(string text) => Uri.EscapeDataString(text);

    private static string? Text(int? number) => number?.ToString(CultureInfo.InvariantCulture);

    private static string Query(params ReadOnlySpan<(string Name, string? Value)> parts)
    {
        var query = new StringBuilder();
        foreach (var (name, value) in parts)
        {
            if (value is not null) query.Append(query.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Escape(value));
        }

        return query.ToString();
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken stop) =>
        await response.Content.ReadFromJsonAsync<T>(Caller.Json, stop) ?? throw new Sa2vaException("The gateway answered with nothing.", response.StatusCode);

    private async Task<T?> FindAsync<T>(string path, CancellationToken stop)
        where T : class
    {
        using var response = await _caller.SendAsync(() => new HttpRequestMessage(HttpMethod.Get, path), isSafe: true, accept: HttpStatusCode.NotFound, stop);
        return response.StatusCode == HttpStatusCode.NotFound ? null : await ReadAsync<T>(response, stop);
    }

    private async Task PostAsync(string path, string? reason, CancellationToken stop)
    {
        // Done twice is done once, for all of these.
        using var response = await _caller.SendAsync(
            () => new HttpRequestMessage(HttpMethod.Post, path) { Content = reason is null ? null : JsonContent.Create(new { reason }) }, isSafe: true, accept: null, stop);
    }

    private async IAsyncEnumerable<T> PagesAsync<T>(Func<string?, string> path, [EnumeratorCancellation] CancellationToken stop)
    {
        string? next = null;
        do
        {
            var from = next;
            using var response = await _caller.SendAsync(() => new HttpRequestMessage(HttpMethod.Get, path(from)), isSafe: true, accept: null, stop);
            var page = await ReadAsync<Page<T>>(response, stop);
            foreach (var item in page.Items) yield return item;
            next = page.Next;
        }
        while (next is not null);
    }

    private sealed record Page<T>(IReadOnlyList<T> Items, string? Next);
}
