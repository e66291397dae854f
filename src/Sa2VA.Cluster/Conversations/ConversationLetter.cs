using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sa2VA.Cluster.Conversations;

/// <summary>Mail to a conversation, as JSON. The names in the attributes are spoken between versions.</summary>
[JsonDerivedType(typeof(Ask), "ask")]
[JsonDerivedType(typeof(Stop), "stop")]
[JsonDerivedType(typeof(Wake), "wake")]
[JsonDerivedType(typeof(Forget), "forget")]
public abstract record ConversationLetter
{
    /// <summary>A question.</summary>
    public sealed record Ask(string QuestionId, string Text, bool AsksForMask) : ConversationLetter;

    /// <summary>Say no more to a question.</summary>
    public sealed record Stop(string QuestionId) : ConversationLetter;

    /// <summary>Somebody has a message to wake it, and forgets it because somebody is there.</summary>
    public sealed record Wake : ConversationLetter;

    /// <summary>It is to be no more.</summary>
    public sealed record Forget : ConversationLetter;

    /// <summary>The key under which a conversation's mail is delivered.</summary>
    public static string KeyOf(string conversationId) => $"conversation.{conversationId}";

    /// <summary>The letter's bytes.</summary>
    public ReadOnlyMemory<byte> ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, JsonSerializerOptions.Web);

    /// <summary>The letter of some bytes; null when this version does not know it.</summary>
    public static ConversationLetter? Parse(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize<ConversationLetter>(bytes.Span, JsonSerializerOptions.Web);
        }
        catch (Exception failure) when (failure is JsonException or NotSupportedException)
        {
            return null;
        }
    }
}
