using Sa2VA.Cluster.ObjectSessions;

namespace Sa2VA.Cli.Chatting;

/// <summary>What the command line of <c>sa2va ask</c> asks for.</summary>
internal sealed record AskArguments
{
    /// <summary>Video, folder of frames, or picture.</summary>
    public required string Video { get; init; }

    /// <summary>Folder of a UniPixel.</summary>
    public required string Model { get; init; }

    public required string Device { get; init; }

    /// <summary>To be found with the first question.</summary>
    public required IReadOnlyList<PointedAt> Objects { get; init; }

    /// <summary>None where lines are read.</summary>
    public required IReadOnlyList<string> Questions { get; init; }

    public required string AnswerStart { get; init; }

    /// <summary>Frames that the model sees.</summary>
    public required int KeyFrames { get; init; }

    /// <summary>Frames that have to be among them.</summary>
    public required IReadOnlyList<int> Keep { get; init; }

    public required string OutputFolder { get; init; }

    public required string SessionFolder { get; init; }

    public required int Threads { get; init; }

    public required bool Json { get; init; }
}
