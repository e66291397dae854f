using System.Net;
using System.Text.Json;

namespace Sa2VA.Cluster.Client;

/// <summary>Makes requests, again and again where that is safe, and turns refusals into exceptions.</summary>
internal sealed class Caller(HttpClient http, Sa2vaClientOptions options)
{
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web);

    /// <summary>Sends what <paramref name="make"/> makes, anew for each attempt.</summary>
    /// <param name="make">Makes the request; null when it cannot be made again.</param>
    /// <param name="isSafe">Whether it may be made twice.</param>
    /// <param name="accept">A refusal that is an answer.</param>
    /// <param name="stop">Stops.</param>
    /// <exception cref="Sa2vaException">It was refused, or the gateway stayed away.</exception>
    public async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage?> make, bool isSafe, HttpStatusCode? accept, CancellationToken stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var request = make() ?? throw new Sa2vaException("The gateway went away while a stream was sent that cannot be read again. Send it again.");
            HttpResponseMessage? response = null;
            Sa2vaException failure;
            try
            {
                response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
                if (response.IsSuccessStatusCode || response.StatusCode == accept) return response;
                failure = await RefusalAsync(response, stop);
            }
            catch (HttpRequestException away)
            {
                failure = new Sa2vaException($"The gateway at {http.BaseAddress} cannot be reached: {away.Message}", inner: away);
            }

            using (response)
            {
                var isTransient = response is null || response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout;
                if (!isTransient || !isSafe || attempt >= options.Attempts) throw failure;
                await PauseAsync(attempt, response?.Headers.RetryAfter?.Delta, stop);
            }
        }
    }

    /// <summary>The pause after an attempt, with some chance in it so that many callers do not come back at once.</summary>
    public Task PauseAsync(int attempt, TimeSpan? asked, CancellationToken stop)
    {
        var pause = options.FirstPause * Math.Pow(2, Math.Min(attempt - 1, 20)) * (0.75 + 0.5 * Random.Shared.NextDouble());
        if (asked > pause) pause = asked.Value;
        return Task.Delay(pause < options.LongestPause ? pause : options.LongestPause, options.Time, stop);
    }

    private static async Task<Sa2vaException> RefusalAsync(HttpResponseMessage response, CancellationToken stop)
    {
        try
        {
            using var problem = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(stop), cancellationToken: stop);
            var detail = problem.RootElement.TryGetProperty("detail", out var text) ? text.GetString() : null;
            long? line = problem.RootElement.TryGetProperty("line", out var number) ? number.GetInt64() : null;
            return new Sa2vaException(detail ?? $"The gateway answered {(int)response.StatusCode}.", response.StatusCode, line);
        }
        catch (JsonException)
        {
            return new Sa2vaException($"The gateway answered {(int)response.StatusCode} {response.ReasonPhrase}.", response.StatusCode);
        }
    }
}
