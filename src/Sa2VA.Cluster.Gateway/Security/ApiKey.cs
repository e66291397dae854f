using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Sa2VA.Cluster.Gateway.Security;

/// <summary>
/// A key as it is kept: its secret only as a SHA-256 hash. A secret has 256 random bits, so that a fast hash is as good as a slow one.
/// </summary>
/// <param name="Id">Names it in logs and in the file; the secret begins with it.</param>
/// <param name="Name">Whose it is, for people.</param>
/// <param name="Sha256">Hash of the whole secret, 64 lowercase hexadecimal digits.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="Expires">When it ends; null for never.</param>
public sealed record ApiKey(string Id, string Name, string Sha256, IReadOnlyList<string> Scopes, DateTimeOffset? Expires = null)
{
    private const string Mark = "sa2va";
    private const int IdBytes = 6;
    private const int SecretBytes = 32;

    /// <summary>Makes a key, and the secret that is shown once.</summary>
    public static (ApiKey Key, string Secret) Create(string name, IReadOnlyList<string> scopes, DateTimeOffset? expires)
    {
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes));
        var secret = $"{Mark}_{id}_{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes))}";
        return (new ApiKey(id, name, HashOf(secret), scopes, expires), secret);
    }

    /// <summary>The id that a secret begins with; null when it is none of ours.</summary>
    public static string? IdOf(string secret) => secret.Split('_', 3) is [Mark, { Length: 2 * IdBytes } id, { Length: > 0 }] ? id : null;

    /// <summary>Whether a secret is this key's; takes as long for a wrong one as for the right one.</summary>
    public bool Matches(string secret) => CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(HashOf(secret)), Encoding.ASCII.GetBytes(Sha256));

    private static string HashOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
