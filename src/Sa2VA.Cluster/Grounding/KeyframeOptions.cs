namespace Sa2VA.Cluster.Grounding;

/// <summary>How much a language model works on together, for each model and device.</summary>
public sealed record KeyframeOptions
{
    /// <summary>Key frames of any videos in one pass through the vision tower. Default 8, 1 to 256.</summary>
    public int FramesAtOnce { get; init; } = 8;

    /// <summary>Questions about any videos whose answers are decoded together. Default 16, 1 to 256.</summary>
    public int QuestionsAtOnce { get; init; } = 16;

    /// <summary>Memory in MiB for what was read of videos and for answers under way, beside the model; one video and one question are always taken. Default 2048, 1 or more.</summary>
    public long MemoryMiB { get; init; } = 2048;
}
