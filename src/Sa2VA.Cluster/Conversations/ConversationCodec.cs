using Sa2VA.Actors.Journaling;

namespace Sa2VA.Cluster.Conversations;

/// <summary>Events and states of conversations.</summary>
internal sealed class ConversationCodec() : JsonEventCodec<ConversationState, ConversationEvent>("conversation-1", remedy: "Use the program that wrote it.");
