namespace Sa2VA.Cluster.Conversations;

/// <summary>Why a conversation leaves a node's memory in good order.</summary>
public enum LetGoReason
{
    /// <summary>It was not used for long, or was woken for nothing.</summary>
    Idle,

    /// <summary>Others needed its place.</summary>
    Room,

    /// <summary>The node drains.</summary>
    Drain,

    /// <summary>Its message was held for long, and brokers take back what is held for longer.</summary>
    Held,

    /// <summary>Somebody forgot it.</summary>
    Forgotten,
}
