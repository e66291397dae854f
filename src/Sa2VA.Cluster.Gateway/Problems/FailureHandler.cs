using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Settings;

namespace Sa2VA.Cluster.Gateway.Problems;

/// <summary>What was thrown becomes a problem: the caller's mistakes with what to do, a server's absence as such, our own faults without their inside.</summary>
internal sealed partial class FailureHandler(ILogger<FailureHandler> log) : IExceptionHandler
{
    private const int RetrySeconds = 5;

    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && context.RequestAborted.IsCancellationRequested) return true;
        var problem = exception switch
        {
            JobRefusedException refused => Problem.Of(StatusCodes.Status422UnprocessableEntity, refused.Message, refused.Line is { } line ? [new("line", line)] : null),
            BadHttpRequestException { InnerException: JsonException json } => Problem.Of(StatusCodes.Status400BadRequest, $"The body is not what is expected: {json.Message}"),
            BadHttpRequestException bad => Problem.Of(bad.StatusCode, bad.Message),
            JsonException json => Problem.Of(StatusCodes.Status400BadRequest, $"The body is not JSON: {json.Message}"),
            _ when ServerUnavailableException.Is(exception) => Problem.Of(StatusCodes.Status503ServiceUnavailable, "A server of the cluster is away; what was done stays done. Try again soon."),
            InvalidDataException missing => Problem.Of(StatusCodes.Status410Gone, missing.Message),
            _ => null,
        };
        if (problem is null)
        {
            Unexpected(log, exception, context.Request.Method, context.Request.Path);
            problem = Problem.Of(StatusCodes.Status500InternalServerError, "A fault of the gateway; its log says more.");
        }

        if (problem.StatusCode == StatusCodes.Status503ServiceUnavailable) context.Response.Headers.RetryAfter = $"{RetrySeconds}";
        await problem.ExecuteAsync(context);
        return true;
    }

    [LoggerMessage(2, LogLevel.Error, "{Method} {Path} failed")]
    private static partial void Unexpected(ILogger log, Exception exception, string method, string path);
}
