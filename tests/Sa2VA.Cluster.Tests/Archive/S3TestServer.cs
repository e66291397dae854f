using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Xml.Linq;
using Sa2VA.Cluster.Local;

namespace Sa2VA.Cluster.Tests.Archive;

/// <summary>
/// As much of an S3 server as an archive uses: objects of one bucket in memory, put, got, deleted and listed by pages of three, with path-style
/// addresses. Every request's signature is computed anew and compared. Debian has no small S3 server; this one is written from Amazon's
/// documents, not from the client's code.
/// </summary>
internal sealed class S3TestServer : IAsyncDisposable
{
    public const string Bucket = "masks";
    public const string AccessKey = "AKIATEST";
    public const string SecretKey = "test/secret+key";
    private const int PageSize = 3;

    private readonly HttpListener _listener = new();
    private readonly Task _loop;
    private volatile bool _isAway;
    private int _requests;
    private TaskCompletionSource _turnedAway = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public S3TestServer()
    {
        Url = new Uri($"http://127.0.0.1:{LoopbackPort.Choose()}/");
        _listener.Prefixes.Add(Url.ToString());
        _listener.Start();
        _loop = Task.Run(ServeAsync);
    }

    public Uri Url { get; }

    public ConcurrentDictionary<string, byte[]> Objects { get; } = new();

    public int Requests => Volatile.Read(ref _requests);

    /// <summary>From now on every request is answered with 503, as a store does that is overloaded or restarting.</summary>
    public void GoAway()
    {
        _turnedAway = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _isAway = true;
    }

    /// <summary>Completes when a request has been turned away.</summary>
    public Task TurnedAway => _turnedAway.Task;

    public void ComeBack() => _isAway = false;

    public async ValueTask DisposeAsync()
    {
        if (_listener.IsListening) _listener.Stop();
        await _loop;
        // It is stopped. Close would take the port once more to give it back, and another may have it by now.
        _listener.Abort();
    }

    private async Task ServeAsync()
    {
        var underWay = new List<Task>();
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception stopped) when (stopped is HttpListenerException or InvalidOperationException)
            {
                await Task.WhenAll(underWay);
                return;
            }

            underWay.RemoveAll(t => t.IsCompletedSuccessfully);
            underWay.Add(Task.Run(() => AnswerAsync(context)));
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        Interlocked.Increment(ref _requests);
        using var body = new MemoryStream();
        await context.Request.InputStream.CopyToAsync(body);
        var (status, content) = Decide(context.Request, body.ToArray());
        try
        {
            context.Response.StatusCode = status;
            if (content is not null)
            {
                context.Response.ContentLength64 = content.Length;
                if (context.Request.HttpMethod != "HEAD") await context.Response.OutputStream.WriteAsync(content);
            }

            context.Response.Close();
        }
        catch (Exception gone) when (gone is HttpListenerException or ObjectDisposedException)
        {
            // The client hung up; its business.
        }

        if (status == 503) _turnedAway.TrySetResult();
    }

    private (int Status, byte[]? Content) Decide(HttpListenerRequest request, byte[] body)
    {
        if (_isAway) return Error(503, "SlowDown", "Please reduce your request rate.");
        if (S3Signature.Fault(request, body, AccessKey, SecretKey) is { } fault) return Error(403, fault, "The request is not signed as it should be.");
        var path = Uri.UnescapeDataString(request.RawUrl!.Split('?')[0]).TrimStart('/').Split('/', 2);
        if (path[0] != Bucket) return Error(404, "NoSuchBucket", "The specified bucket does not exist");
        var key = path.Length == 2 ? path[1] : "";
        switch (request.HttpMethod)
        {
            case "PUT":
                Objects[key] = body;
                return (200, []);
            case "DELETE":
                Objects.TryRemove(key, out _);
                return (204, null);
            case "GET" when key.Length == 0 && request.QueryString["list-type"] == "2":
                return (200, List(request.QueryString["prefix"] ?? "", request.QueryString["continuation-token"]));
            case "GET":
                return Objects.TryGetValue(key, out var found) ? (200, found) : Error(404, "NoSuchKey", "The specified key does not exist.");
            default:
                return Error(405, "MethodNotAllowed", "The specified method is not allowed against this resource.");
        }
    }

    private byte[] List(string prefix, string? after)
    {
        var keys = Objects.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal) && (after is null || string.CompareOrdinal(k, after) > 0)).Order(StringComparer.Ordinal).ToList();
        var page = keys.Take(PageSize).ToList();
        XNamespace ns = "http://s3.amazonaws.com/doc/2006-03-01/";
        var result = new XElement(
            ns + "ListBucketResult", new XElement(ns + "Name", Bucket), new XElement(ns + "Prefix", prefix), new XElement(ns + "KeyCount", page.Count),
            new XElement(ns + "MaxKeys", PageSize), new XElement(ns + "IsTruncated", keys.Count > page.Count ? "true" : "false"),
            page.Select(k => new XElement(ns + "Contents", new XElement(ns + "Key", k), new XElement(ns + "LastModified", "2026-01-01T00:00:00.000Z"), new XElement(ns + "Size", Objects[k].Length))));
        if (keys.Count > page.Count) result.Add(new XElement(ns + "NextContinuationToken", page[^1]));
        return Encoding.UTF8.GetBytes(result.ToString());
    }

    private static (int Status, byte[] Content) Error(int status, string code, string message)
        => (status, Encoding.UTF8.GetBytes(new XElement("Error", new XElement("Code", code), new XElement("Message", message), new XElement("RequestId", "1")).ToString()));
}
