using Sa2VA.Cluster.Nodes;
using Sa2VA.Cluster.Runs;
using Sa2VA.Media;

namespace Sa2VA.Cluster.Conversations;

/// <summary>What a node has for its conversations.</summary>
internal sealed record ConversationPlace
{
    /// <summary>Longest time that one answer may take: brokers take back what is held for 30 minutes.</summary>
    public static readonly TimeSpan LongestAnswer = TimeSpan.FromMinutes(15);

    /// <summary>The node, for people.</summary>
    public required string Node { get; init; }

    /// <summary>Models by name.</summary>
    public required IReadOnlyDictionary<string, ModelChoice> Models { get; init; }

    /// <summary>Where they are loaded.</summary>
    public required DevicePool Devices { get; init; }

    /// <summary>MiB that a conversation is expected to take.</summary>
    public required long ShareMiB { get; init; }

    /// <summary>Brings a source here.</summary>
    public required Func<string, CancellationToken, Task<LocalVideo>> Fetch { get; init; }

    /// <summary>What a source may cost.</summary>
    public required MediaLimits Limits { get; init; }

    /// <summary>Told how long a question waited for its first words, once it was begun.</summary>
    public required Action<TimeSpan> FirstWords { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }
}
