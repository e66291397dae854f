namespace Sa2VA.Cluster.Conversations;

/// <summary>How many conversations a node has in memory, and for how long. What leaves memory is in the journal: the next question brings it back, here or elsewhere.</summary>
public sealed record ConversationSettings
{
    /// <summary>Conversations in memory at the same time; beyond them the one that was used least recently goes. Default 4, 0 to 64; 0 takes none.</summary>
    public int Warm { get; init; } = 4;

    /// <summary>How long one stays in memory after its last answer. Default 5 minutes, 1 second to 15 minutes.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// MiB that all of them may take together beside their models. A conversation needs its share of it free on a device with <c>memoryMiB</c> to be
    /// begun; when more is taken after an answer, the least recently used go. Default 2048, at least 1.
    /// </summary>
    public long MemoryMiB { get; init; } = 2048;

    /// <summary>What one is expected to take.</summary>
    internal long ShareMiB => Math.Max(1, MemoryMiB / Math.Max(1, Warm));
}
