using System.Net;
using System.Net.Http.Headers;

namespace Sa2VA.Cluster.Sources.Remote;

/// <summary>A file of a web server.</summary>
internal sealed class WebFile(Uri uri, string shown, HttpMessageInvoker client, WebGate gate) : IRemoteFile
{
    private const int MaxRedirects = 5;

    public string Shown => shown;

    public string Name => Path.GetFileName(Uri.UnescapeDataString(uri.AbsolutePath));

    /// <summary>A client that follows nothing by itself, goes through no proxy, and asks the gate before it connects.</summary>
    public static HttpMessageInvoker MakeClient(SourceSettings settings, WebGate gate) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = settings.ConnectTimeout,
        ConnectCallback = gate.ConnectAsync,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
    });

    public async Task<RemoteBody> OpenAsync(long from, RemoteVersion? same, RemoteVersion? unless, CancellationToken cancellationToken)
    {
        var target = uri;
        for (var redirects = 0; ; redirects++)
        {
            gate.Check(target, shown);
            using var request = Request(target, from, same, unless);
            var response = await client.SendAsync(request, cancellationToken);
            try
            {
                if (Redirect(response, target) is { } next && redirects < MaxRedirects)
                {
                    target = next;
                    response.Dispose();
                    continue;
                }

                if (response.StatusCode != HttpStatusCode.RequestedRangeNotSatisfiable || from == 0) return await ReadAsync(response, from, cancellationToken);
            }
            catch
            {
                response.Dispose();
                throw;
            }

            // The file has become shorter than what is here: from the beginning.
            response.Dispose();
            (from, same) = (0, null);
        }
    }

    private static HttpRequestMessage Request(Uri target, long from, RemoteVersion? same, RemoteVersion? unless)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, target) { Version = HttpVersion.Version11 };
        request.Headers.AcceptEncoding.ParseAdd("identity");
        request.Headers.UserAgent.ParseAdd("sa2va");
        if (from > 0)
        {
            request.Headers.Range = new RangeHeaderValue(from, to: null);
            request.Headers.IfRange = same!.ETag is { } tag && !tag.StartsWith("W/", StringComparison.Ordinal)
                ? new RangeConditionHeaderValue(EntityTagHeaderValue.Parse(tag)) : new RangeConditionHeaderValue(same.LastModified!.Value);
        }

        if (unless?.ETag is { } known) request.Headers.IfNoneMatch.Add(EntityTagHeaderValue.Parse(known));
        else if (unless?.LastModified is { } date) request.Headers.IfModifiedSince = date;
        return request;
    }

    private Uri? Redirect(HttpResponseMessage response, Uri target)
    {
        if (response.StatusCode is not (HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect))
            return null;
        return response.Headers.Location is { } location
            ? new Uri(target, location) : throw new SourceException(SourceErrorKind.Unreadable, $"The server of '{shown}' redirects without saying where to.");
    }

    private async Task<RemoteBody> ReadAsync(HttpResponseMessage response, long from, CancellationToken cancellationToken)
    {
        switch (response.StatusCode)
        {
            case HttpStatusCode.NotModified:
                response.Dispose();
                return RemoteBody.Unchanged;
            case HttpStatusCode.OK or HttpStatusCode.PartialContent:
                break;
            default:
                throw Failure(response.StatusCode);
        }

        if (response.Content.Headers.ContentEncoding.FirstOrDefault(e => e != "identity") is { } encoding)
            throw new SourceException(SourceErrorKind.Unreadable, $"The server of '{shown}' sends it packed as '{encoding}' although that was not asked for. Have it send the file as it is.");
        var begin = 0L;
        var total = response.Content.Headers.ContentLength;
        if (response.StatusCode == HttpStatusCode.PartialContent)
        {
            if (response.Content.Headers.ContentRange is not { From: { } start } range || start != from)
                throw new SourceException(SourceErrorKind.Unreadable, $"The server of '{shown}' sent another part than the one from byte {from:N0} on that was asked for.");
            (begin, total) = (start, range.Length ?? (total is { } length ? start + length : null));
        }

        var version = RemoteVersion.Of(response.Headers.ETag?.ToString(), response.Content.Headers.LastModified);
        return new RemoteBody(await response.Content.ReadAsStreamAsync(cancellationToken), begin, total, version, response);
    }

    private SourceException Failure(HttpStatusCode status)
    {
        var number = (int)status;
        return status switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new(SourceErrorKind.NotAllowed,
                $"The server of '{shown}' refuses it ({number}). A signed address may have run out: submit the video with a new one."),
            HttpStatusCode.NotFound or HttpStatusCode.Gone => new(SourceErrorKind.NotFound, $"The server has no '{shown}' ({number}). Check the address."),
            HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError => new(SourceErrorKind.Unreachable,
                $"The server of '{shown}' cannot serve it at the moment ({number})."),
            _ when number is >= 300 and < 400 => new(SourceErrorKind.Unreadable, $"The server of '{shown}' redirects more than {MaxRedirects} times, or in a way that is not followed ({number})."),
            _ => new(SourceErrorKind.Unreadable, $"The server of '{shown}' answers {number}; 200 is expected. Open the address by hand to see why."),
        };
    }
}
