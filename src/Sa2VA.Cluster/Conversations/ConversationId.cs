using System.Security.Cryptography;
using System.Text;
using Sa2VA.Cluster.Jobs;

namespace Sa2VA.Cluster.Conversations;

/// <summary>Ids of conversations and of their questions: 20 digits and letters.</summary>
public static class ConversationId
{
    private const int Length = 20;

    /// <summary>One that nobody else has.</summary>
    public static string New(DateTimeOffset now) => JobId.New(now);

    /// <summary>The same for the same words, so that what is sent again is the same thing.</summary>
    /// <param name="words">What makes it the same, for example the caller and a key of his.</param>
    public static string Of(params ReadOnlySpan<string?> words)
    {
        var text = new StringBuilder();
        foreach (var word in words) text.Append(word?.Length ?? -1).Append(':').Append(word);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..Length];
    }
}
