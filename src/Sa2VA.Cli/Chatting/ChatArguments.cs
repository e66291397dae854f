using Sa2VA.Cluster.Chat;
using Sa2VA.Cluster.Runs;
using Sa2VA.Models.Sa2va;

namespace Sa2VA.Cli.Chatting;

/// <summary>What the command line of <c>chat</c>, <c>caption</c> or <c>describe</c> asks for.</summary>
internal sealed record ChatArguments
{
    public required string Model { get; init; }

    /// <summary>How it is used.</summary>
    public required ModelVariant Variant { get; init; }

    public required string Device { get; init; }

    public required ChatRequest Request { get; init; }

    /// <summary>Whether a picture was promised.</summary>
    public required bool IsPicture { get; init; }

    public required string OutputFolder { get; init; }

    public required AskOptions Ask { get; init; }

    public required bool Json { get; init; }

    public required int Threads { get; init; }

    /// <summary>The options of a turn, from 0: each draws for itself.</summary>
    public AskOptions AskAt(int turn) => Ask.Sampling is { } sampling ? Ask with { Sampling = sampling with { Seed = sampling.Seed + (ulong)turn } } : Ask;
}
