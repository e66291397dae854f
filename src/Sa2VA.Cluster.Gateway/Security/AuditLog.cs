using System.Security.Claims;

namespace Sa2VA.Cluster.Gateway.Security;

/// <summary>One line for every request that changes something, or that was turned away: who, from where, what, and how it ended.</summary>
internal sealed partial class AuditLog(RequestDelegate next, ILogger<AuditLog> log)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        finally
        {
            var request = context.Request;
            if (!HttpMethods.IsGet(request.Method) || context.Response.StatusCode is StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden)
            {
                Done(
                    log, context.User.FindFirstValue(ClaimTypes.NameIdentifier) ?? "-", context.User.Identity?.Name ?? "-", context.Connection.RemoteIpAddress?.ToString() ?? "-",
                    request.Method, request.Path, context.Response.StatusCode);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Key {Key} ({Name}) from {Address}: {Method} {Path} -> {Status}", EventName = "audit")]
    private static partial void Done(ILogger log, string key, string name, string address, string method, string path, int status);
}
