using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Sa2VA.Testing;

/// <summary>A question as a server of chat completions got it.</summary>
/// <param name="Number">From 1, in order of arrival.</param>
/// <param name="Model">Who is asked.</param>
/// <param name="Text">What.</param>
/// <param name="Pictures">The JPEG files that came with it.</param>
/// <param name="Authorization">The header; null without one.</param>
/// <param name="Body">All of it.</param>
public sealed record AskedQuestion(int Number, string Model, string Text, IReadOnlyList<byte[]> Pictures, string? Authorization, JsonElement Body);

/// <summary>What a server answers.</summary>
/// <param name="Status">Of HTTP.</param>
/// <param name="Body">As it is.</param>
public sealed record PeerReply(int Status, string Body)
{
    /// <summary>Headers besides the usual ones.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>A chat completion.</summary>
    public static PeerReply Say(string text, string reason = "stop") => new(200, JsonSerializer.Serialize(new
    {
        id = "1",
        @object = "chat.completion",
        choices = new[] { new { index = 0, message = new { role = "assistant", content = text }, finish_reason = reason } },
    }));

    /// <summary>A refusal in the usual form.</summary>
    public static PeerReply Refuse(int status, string message, string? code = null) => new(status, JsonSerializer.Serialize(new { error = new { message, code } }));
}

/// <summary>A real web server that speaks OpenAI's chat completions, whose answers a test writes. It keeps what it was asked.</summary>
public sealed class ChatCompletionsPeer : IAsyncDisposable
{
    private readonly Func<AskedQuestion, CancellationToken, Task<PeerReply>> _answer;
    private readonly HttpPeer _peer;
    private int _asked;

    /// <summary>Begins to listen.</summary>
    public ChatCompletionsPeer(Func<AskedQuestion, CancellationToken, Task<PeerReply>> answer)
    {
        _answer = answer;
        _peer = new HttpPeer(AnswerAsync);
    }

    /// <summary>The same for answers that are at hand.</summary>
    public ChatCompletionsPeer(Func<AskedQuestion, PeerReply> answer)
        : this((question, _) => Task.FromResult(answer(question)))
    {
    }

    /// <summary>What a client is given.</summary>
    public string Address => _peer.Url("v1");

    /// <summary>What was asked, in order.</summary>
    public ConcurrentQueue<AskedQuestion> Asked { get; } = [];

    /// <summary>What was answered with words.</summary>
    public ConcurrentQueue<AskedQuestion> Answered { get; } = [];

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _peer.DisposeAsync();

    private async Task AnswerAsync(HttpListenerContext context, CancellationToken stop)
    {
        var (request, response) = (context.Request, context.Response);
        if (request.HttpMethod != "POST" || request.Url!.AbsolutePath != "/v1/chat/completions")
        {
            response.StatusCode = 404;
            return;
        }

        using var document = await JsonDocument.ParseAsync(request.InputStream, cancellationToken: stop);
        var question = Read(document.RootElement.Clone(), request.Headers["Authorization"]);
        Asked.Enqueue(question);
        var reply = await _answer(question, stop);
        response.StatusCode = reply.Status;
        foreach (var (name, value) in reply.Headers) response.AddHeader(name, value);
        var body = Encoding.UTF8.GetBytes(reply.Body);
        response.ContentType = "application/json";
        response.ContentLength64 = body.Length;
        if (reply.Status == 200) Answered.Enqueue(question);
        await response.OutputStream.WriteAsync(body, stop);
    }

    private AskedQuestion Read(JsonElement body, string? authorization)
    {
        var message = body.GetProperty("messages").EnumerateArray().Single();
        var content = message.GetProperty("content");
        var text = content.ValueKind == JsonValueKind.String ? content.GetString()! : content.EnumerateArray().Single(part => part.GetProperty("type").GetString() == "text").GetProperty("text").GetString()!;
        IEnumerable<JsonElement> parts = content.ValueKind == JsonValueKind.String ? [] : content.EnumerateArray().Where(part => part.GetProperty("type").GetString() == "image_url");
        return new AskedQuestion(
            Interlocked.Increment(ref _asked), body.GetProperty("model").GetString()!, text, [.. parts.Select(part => Jpeg(part.GetProperty("image_url").GetProperty("url").GetString()!))], authorization, body);
    }

    private static byte[] Jpeg(string url)
    {
        const string Beginning = "data:image/jpeg;base64,";
        return url.StartsWith(Beginning, StringComparison.Ordinal) ? Convert.FromBase64String(url[Beginning.Length..]) : throw new InvalidDataException($"This is no JPEG in a data address: {url[..Math.Min(40, url.Length)]}");
    }
}
