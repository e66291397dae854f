using Microsoft.Extensions.Logging;

namespace Sa2VA.Cluster.Conversations;

/// <summary>Log events of a node's conversations, ids 2601 to 2699: one line per change of state.</summary>
internal static partial class ConversationLog
{
    [LoggerMessage(EventId = 2601, Level = LogLevel.Information, Message = "Conversation {Conversation} is taken")]
    public static partial void ConversationTaken(this ILogger log, string conversation);

    [LoggerMessage(EventId = 2602, Level = LogLevel.Information, Message = "Conversation {Conversation} leaves memory ({Why})")]
    public static partial void ConversationRests(this ILogger log, string conversation, string why);

    [LoggerMessage(EventId = 2603, Level = LogLevel.Warning, Message = "Conversation {Conversation} has another owner now; this node lets go of it")]
    public static partial void ConversationTakenOver(this ILogger log, string conversation);

    [LoggerMessage(EventId = 2604, Level = LogLevel.Warning, Message = "Conversation {Conversation} stopped: {Reason} It is delivered again")]
    public static partial void ConversationStopped(this ILogger log, string conversation, string reason);

    [LoggerMessage(EventId = 2605, Level = LogLevel.Debug, Message = "A wake-up of conversation {Conversation} is forgotten: somebody has it, or it is no more")]
    public static partial void WakeUpForgotten(this ILogger log, string conversation);

    [LoggerMessage(EventId = 2606, Level = LogLevel.Error, Message = "No further conversations are taken before this node is started again")]
    public static partial void IntakeFailed(this ILogger log, Exception failure);

    [LoggerMessage(EventId = 2607, Level = LogLevel.Error, Message = "Work on conversation {Conversation} failed in a way that nobody foresaw; it is delivered again")]
    public static partial void ConversationFailed(this ILogger log, Exception failure, string conversation);
}
