using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Sa2VA.Cluster.Tests.Archive;

/// <summary>Checks a request's signature as "Authenticating Requests: Using the Authorization Header (AWS Signature Version 4)" describes it.</summary>
internal static class S3Signature
{
    /// <summary>Null when the signature is right, otherwise S3's code for what is wrong.</summary>
    public static string? Fault(HttpListenerRequest request, byte[] body, string accessKey, string secretKey)
    {
        const string algorithm = "AWS4-HMAC-SHA256 ";
        var header = request.Headers["Authorization"];
        if (header is null || !header.StartsWith(algorithm, StringComparison.Ordinal)) return "AccessDenied";
        var parts = header[algorithm.Length..].Split(',').Select(p => p.Trim().Split('=', 2)).ToDictionary(p => p[0], p => p[1]);
        var scope = parts["Credential"].Split('/');
        if (scope[0] != accessKey) return "InvalidAccessKeyId";

        var bodyHash = request.Headers["x-amz-content-sha256"];
        if (bodyHash != Convert.ToHexStringLower(SHA256.HashData(body))) return "XAmzContentSHA256Mismatch";
        var url = request.RawUrl!.Split('?', 2);
        var query = url.Length == 1 ? "" : string.Join('&', url[1].Split('&').Select(p => p.Contains('=') ? p : p + "=").Order(StringComparer.Ordinal));
        var signed = parts["SignedHeaders"].Split(';');
        var canonical = string.Join('\n', [
            request.HttpMethod, url[0], query,
            .. signed.Select(name => $"{name}:{request.Headers[name]?.Trim()}"), "", parts["SignedHeaders"], bodyHash]);
        var toSign = string.Join('\n', [
            "AWS4-HMAC-SHA256", request.Headers["x-amz-date"], string.Join('/', scope[1..]), Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))]);
        var key = scope[1..].Aggregate(Encoding.UTF8.GetBytes("AWS4" + secretKey), (k, word) => HMACSHA256.HashData(k, Encoding.UTF8.GetBytes(word)));
        return Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(toSign))) == parts["Signature"] ? null : "SignatureDoesNotMatch";
    }
}
