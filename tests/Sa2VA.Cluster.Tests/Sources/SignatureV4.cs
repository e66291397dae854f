using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Sa2VA.Cluster.Tests.Sources;

/// <summary>Checks a request's AWS Signature Version 4 as a store does: made again with the secret that both sides know.</summary>
internal static class SignatureV4
{
    public static bool IsValid(HttpListenerRequest request, string accessKey, string secretKey, string region)
    {
        const string scheme = "AWS4-HMAC-SHA256 ";
        if (request.Headers["Authorization"] is not { } header || !header.StartsWith(scheme, StringComparison.Ordinal)) return false;
        var parts = header[scheme.Length..].Split(',', StringSplitOptions.TrimEntries).Select(p => p.Split('=', 2)).ToDictionary(p => p[0], p => p[1]);
        var credential = parts["Credential"].Split('/');
        if (credential[0] != accessKey || credential[2] != region || credential[3] != "s3") return false;

        var names = parts["SignedHeaders"].Split(';');
        var query = request.RawUrl!.Contains('?') ? request.RawUrl.Split('?', 2)[1] : "";
        var canonical = string.Join('\n',
            request.HttpMethod, request.RawUrl.Split('?')[0],
            string.Join('&', query.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Contains('=') ? p : p + "=").Order(StringComparer.Ordinal)),
            string.Concat(names.Select(name => $"{name}:{request.Headers[name]!.Trim()}\n")),
            parts["SignedHeaders"], request.Headers["x-amz-content-sha256"]);
        var text = string.Join('\n', scheme.Trim(), request.Headers["x-amz-date"], string.Join('/', credential[1..]), Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical))));

        var key = Encoding.UTF8.GetBytes("AWS4" + secretKey);
        foreach (var step in credential[1..]) key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(step));
        return Hex(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text))) == parts["Signature"];
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
