using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sa2VA.Cluster.Videos;

/// <summary>Mail to a video, as JSON. The names in the attributes are spoken between versions.</summary>
[JsonDerivedType(typeof(Cancel), "cancel")]
[JsonDerivedType(typeof(Hold), "hold")]
[JsonDerivedType(typeof(AddPrompt), "add-prompt")]
public abstract record VideoLetter
{
    /// <summary>Stop for good.</summary>
    public sealed record Cancel(string Reason) : VideoLetter;

    /// <summary>Stop after a checkpoint and hand over: the job is held back, or somebody else should go on.</summary>
    public sealed record Hold : VideoLetter;

    /// <summary>Go on with this, too.</summary>
    public sealed record AddPrompt(AddedPrompt Prompt) : VideoLetter;

    /// <summary>The key under which a video's mail is delivered.</summary>
    public static string KeyOf(string videoId) => $"video.{videoId}";

    /// <summary>The letter's bytes.</summary>
    public ReadOnlyMemory<byte> ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, JsonSerializerOptions.Web);

    /// <summary>The letter of some bytes; null when this version does not know it.</summary>
    public static VideoLetter? Parse(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize<VideoLetter>(bytes.Span, JsonSerializerOptions.Web);
        }
        catch (Exception failure) when (failure is JsonException or NotSupportedException)
        {
            return null;
        }
    }
}
