using Microsoft.Net.Http.Headers;

namespace Sa2VA.Cluster.Gateway.Dashboard;

/// <summary>
/// The dashboard: pages for people, at the root of the gateway. They hold no secrets and need no key; what they show they ask of the API, with
/// the key that the person has entered.
/// </summary>
internal static class DashboardEndpoints
{
    // Scripts, styles and connections of our own only; nobody may frame the pages, no form sends anything anywhere by itself.
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; connect-src 'self'; worker-src 'self'; " +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private const string Index = "/index.html";

    public static void Map(IEndpointRouteBuilder app)
    {
        foreach (var file in DashboardFile.ReadAll())
        {
            app.MapMethods(file.Path == Index ? "/" : file.Path, [HttpMethods.Get, HttpMethods.Head], (HttpContext context) => Serve(context, file))
                .AllowAnonymous().DisableRateLimiting().ExcludeFromDescription();
        }
    }

    private static IResult Serve(HttpContext context, DashboardFile file)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()";
        headers.Vary = "Accept-Encoding";
        // A newer gateway's pages are noticed at once; what has not changed is a 304.
        headers.CacheControl = "no-cache";
        var takesGzip = context.Request.GetTypedHeaders().AcceptEncoding.Any(one => one.Value == "gzip" && one.Quality is not 0);
        if (takesGzip) headers.ContentEncoding = "gzip";
        return TypedResults.Bytes((takesGzip ? file.Compressed : file.Bytes).AsMemory(), file.ContentType, entityTag: new EntityTagHeaderValue(takesGzip ? $"{file.Tag[..^1]}-gzip\"" : file.Tag));
    }
}
