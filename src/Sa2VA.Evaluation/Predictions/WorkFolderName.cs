using System.Security.Cryptography;
using System.Text;

namespace Sa2VA.Evaluation.Predictions;

/// <summary>A folder name for any video id: the id where that is safe, else what is safe of it and a digest that keeps names apart.</summary>
internal static class WorkFolderName
{
    private const int MaxLength = 100;

    public static string Of(string videoId)
    {
        var safe = new string([.. videoId.Take(MaxLength).Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '_')]);
        return safe == videoId && safe.Length > 0 ? safe : $"{safe}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(videoId)))[..12]}";
    }
}
