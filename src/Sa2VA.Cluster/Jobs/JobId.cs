using System.Security.Cryptography;

namespace Sa2VA.Cluster.Jobs;

/// <summary>
/// Ids of jobs: 20 characters, the time in milliseconds and then chance (50 bits), in digits and letters without i, l, o and u. Ids sort by
/// the time of submission.
/// </summary>
internal static class JobId
{
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int Half = 10;

    public static string New(DateTimeOffset now)
    {
        Span<char> id = stackalloc char[2 * Half];
        Write(id[..Half], now.ToUnixTimeMilliseconds());
        Span<byte> chance = stackalloc byte[sizeof(long)];
        RandomNumberGenerator.Fill(chance);
        Write(id[Half..], BitConverter.ToInt64(chance));
        return new string(id);
    }

    private static void Write(Span<char> digits, long value)
    {
        for (var i = digits.Length - 1; i >= 0; i--, value >>= 5) digits[i] = Alphabet[(int)(value & 31)];
    }
}
