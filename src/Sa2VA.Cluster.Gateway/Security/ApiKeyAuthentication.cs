using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace Sa2VA.Cluster.Gateway.Security;

/// <summary>Callers show a key as <c>Authorization: Bearer KEY</c>. Not in the address: addresses end up in logs.</summary>
internal sealed class ApiKeyAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logs, UrlEncoder encoder, ApiKeyFile keys, TimeProvider time)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logs, encoder)
{
    public const string Name = "key";
    public const string ScopeClaim = "scope";

    private const string Bearer = "Bearer ";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        string? header = Request.Headers.Authorization;
        if (string.IsNullOrEmpty(header)) return Task.FromResult(AuthenticateResult.NoResult());
        if (!header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) || keys.Find(header[Bearer.Length..].Trim(), time.GetUtcNow()) is not { } key)
            return Task.FromResult(AuthenticateResult.Fail("The key is unknown, or has expired."));
        var identity = new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, key.Id), new Claim(ClaimTypes.Name, key.Name), .. key.Scopes.Select(scope => new Claim(ScopeClaim, scope))], Name);
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Name)));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer";
        return Problems.Problem.Of(StatusCodes.Status401Unauthorized, "Show a key: 'Authorization: Bearer KEY'. 'sa2va-gateway keys add' makes one.").ExecuteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        Problems.Problem.Of(StatusCodes.Status403Forbidden, $"This key may not do that: it lacks {string.Join(" and ", Wanted().Select(scope => $"the scope '{scope}'"))}.").ExecuteAsync(Context);

    // A policy is named as the scope that it asks for.
    private IEnumerable<string> Wanted() => Context.GetEndpoint()?.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(data => data.Policy)
        .OfType<string>().Where(scope => !Context.User.HasClaim(ScopeClaim, scope)).Distinct(StringComparer.Ordinal) ?? [];
}
