using System.Net;
using System.Net.Http.Headers;
using Sa2VA.Media;

namespace Sa2VA.Cluster.Annotation.Describing;

/// <summary>
/// A model behind a server that speaks OpenAI's chat completions. What is refused for the moment (busy, restarting, too many requests) is asked
/// again with growing pauses; what cannot succeed is an error with the server's own words.
/// </summary>
public sealed class EndpointDescriber : IDescriber, IDisposable
{
    private const int LongestAnswer = 4 << 20;

    // Before the first answer the address is more likely wrong than the server busy.
    private const int FirstContactRetries = 1;

    private readonly EndpointOptions _options;
    private readonly EndpointPacing _pacing;
    private readonly Uri _target;
    private readonly HttpClient _http;
    private volatile bool _hasAnswered;

    /// <summary>Nothing is asked yet.</summary>
    public EndpointDescriber(EndpointOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_options, _pacing, _target) = (options, new EndpointPacing(options), EndpointAddress.Completions(options.Address));
        // A redirection would carry the key and the pictures to where nobody meant them to go.
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = !_target.IsLoopback, PooledConnectionLifetime = TimeSpan.FromMinutes(10) };
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = LongestAnswer };
        if (options.Key is { } key) _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key.Reveal());
    }

    /// <inheritdoc/>
    public string Name => _options.Model;

    /// <inheritdoc/>
    public async Task<DescriberAnswer> AskAsync(DescriberQuestion question, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(question);
        var pictures = new List<byte[]>(question.Pictures.Count);
        foreach (var picture in question.Pictures) pictures.Add(await JpegWriter.WriteAsync(picture, MediaLimits.Default, cancellationToken));
        var body = EndpointMessages.Request(_options, question.Text, pictures, question.MaxTokens);
        for (var attempt = 1; ; attempt++)
        {
            await _pacing.TurnAsync(cancellationToken);
            var (answer, failure, retries) = await TryAsync(body, cancellationToken);
            if (answer is not null) return answer;
            if (attempt > retries)
                throw new DescriberException(DescriberFailure.Unavailable, $"{failure} It was asked {attempt} time(s). Nothing that was answered is lost: the same command goes on.");
            await _pacing.PauseAsync(attempt, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <summary>One request: the answer, or why there is none for the moment and how often it is worth another.</summary>
    private async Task<(DescriberAnswer? Answer, string Failure, int Retries)> TryAsync(byte[] body, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(_options.Timeout, _options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, _target) { Content = new ByteArrayContent(body) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseContentRead, either.Token);
            var said = await response.Content.ReadAsByteArrayAsync(either.Token);
            if (!response.IsSuccessStatusCode) return (null, Refused(response, said), _options.Retries);
            _hasAnswered = true;
            return (EndpointMessages.Answer(said) ?? throw new DescriberException(
                DescriberFailure.Settings, $"What {_target} answers is no chat completion. Check the address; it usually ends with /v1."), "", 0);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return (null, $"{_target} did not answer within {_options.Timeout.TotalSeconds:0} seconds.", _options.Retries);
        }
        catch (HttpRequestException away)
        {
            return (null, $"{_target} cannot be reached: {away.Message}.", _hasAnswered ? _options.Retries : Math.Min(_options.Retries, FirstContactRetries));
        }
    }

    /// <summary>Why a request was refused, when another attempt may help.</summary>
    /// <exception cref="DescriberException">None helps.</exception>
    private string Refused(HttpResponseMessage response, byte[] said)
    {
        var (message, code) = EndpointMessages.Refusal(said);
        var status = (int)response.StatusCode;
        switch (response.StatusCode)
        {
            case HttpStatusCode.TooManyRequests when code != "insufficient_quota":
            case HttpStatusCode.RequestTimeout:
            case >= HttpStatusCode.InternalServerError and not HttpStatusCode.NotImplemented:
                _hasAnswered = true;
                if (AskedPause(response) is { } pause) Leave(pause, message);
                return $"{_target} is busy or failed ({status}): {message}.";
            case HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.PaymentRequired or HttpStatusCode.TooManyRequests:
                throw new DescriberException(DescriberFailure.Access, $"{_target} does not let this key in ({status}): {message}{(_options.Key is null ? ". No key was sent." : "")}");
            case HttpStatusCode.NotFound:
                throw new DescriberException(DescriberFailure.Settings, $"There is no {_target}, or no model '{_options.Model}' there (404): {message}");
            case >= HttpStatusCode.Ambiguous and < HttpStatusCode.BadRequest:
                throw new DescriberException(DescriberFailure.Settings, $"{_target} sends elsewhere ({status}, {response.Headers.Location}). Give the address that it sends to.");
            default:
                throw new DescriberException(DescriberFailure.Refused, $"{_target} refused a question ({status}): {message}");
        }
    }

    private void Leave(TimeSpan pause, string message)
    {
        if (pause > _options.LongestAsked)
            throw new DescriberException(DescriberFailure.Unavailable, $"{_target} asks to be left alone for {pause.TotalMinutes:0} minutes: {message} The same command goes on then.");
        _pacing.Ask(pause);
    }

    private TimeSpan? AskedPause(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - _options.Time.GetUtcNow(),
        _ => null,
    };
}
