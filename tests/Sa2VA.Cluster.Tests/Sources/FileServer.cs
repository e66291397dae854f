using System.Globalization;
using System.Net;
using System.Security.Cryptography;

namespace Sa2VA.Cluster.Tests.Sources;

/// <summary>Serves one file at every path, as well or as badly as a test wants.</summary>
internal sealed class FileServer : IAsyncDisposable
{
    private int _answers;

    public FileServer(byte[] content)
    {
        Content = content;
        Peer = new HttpPeer(AnswerAsync);
    }

    public HttpPeer Peer { get; }

    public byte[] Content { get; set; }

    /// <summary>Null to give none.</summary>
    public string? ETag { get; set; } = "\"v1\"";

    public bool TakesRanges { get; set; } = true;

    /// <summary>Whether the size is told beforehand.</summary>
    public bool TellsLength { get; set; } = true;

    /// <summary>Per answer, after how many bytes the connection is cut; the answers after these are whole.</summary>
    public IReadOnlyList<int> CutsAfter { get; set; } = [];

    /// <summary>Answers instead of the file when it returns true.</summary>
    public Func<HttpListenerContext, bool>? Instead { get; set; }

    /// <summary>First bytes that were asked for, per request; 0 without a range.</summary>
    public IEnumerable<long> Starts => Peer.Requests.Select(Start);

    public string Hash => Convert.ToHexStringLower(SHA256.HashData(Content));

    public static byte[] Bytes(int count, int seed = 1)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public ValueTask DisposeAsync() => Peer.DisposeAsync();

    private static long Start(HttpListenerRequest request)
        => request.Headers["Range"] is { } range ? long.Parse(range["bytes=".Length..^1], CultureInfo.InvariantCulture) : 0;

    private async Task AnswerAsync(HttpListenerContext context, CancellationToken cancellationToken)
    {
        var (request, response) = (context.Request, context.Response);
        if (Instead?.Invoke(context) == true) return;
        var answer = _answers++;
        if (ETag is { } tag)
        {
            response.AddHeader("ETag", tag);
            if (request.Headers["If-None-Match"] == tag)
            {
                response.StatusCode = 304;
                return;
            }

            if (request.Headers["If-Match"] is { } match && match != tag)
            {
                response.StatusCode = 412;
                return;
            }
        }

        var start = TakesRanges && (request.Headers["If-Range"] is not { } same || same == ETag) ? (int)Start(request) : 0;
        if (start >= Content.Length)
        {
            response.StatusCode = 416;
            return;
        }

        if (start > 0)
        {
            response.StatusCode = 206;
            response.AddHeader("Content-Range", $"bytes {start}-{Content.Length - 1}/{Content.Length}");
        }

        if (TellsLength) response.ContentLength64 = Content.Length - start;
        else response.SendChunked = true;
        var count = answer < CutsAfter.Count ? Math.Min(CutsAfter[answer], Content.Length - start) : Content.Length - start;
        await response.OutputStream.WriteAsync(Content.AsMemory(start, count), cancellationToken);
        await response.OutputStream.FlushAsync(cancellationToken);
        if (start + count < Content.Length) throw new IOException("Cut, as the test wants.");
    }
}
