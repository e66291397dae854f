namespace Sa2VA.Cluster.Runs;

/// <summary>What a run is doing.</summary>
public enum RunStage
{
    /// <summary>Looking at the file.</summary>
    Probing,

    /// <summary>Mapping the weights.</summary>
    LoadingModel,

    /// <summary>Asking the language model about the key frames.</summary>
    Grounding,

    /// <summary>Decoding the key frames' masks.</summary>
    Prompting,

    /// <summary>Walking the frames.</summary>
    Tracking,

    /// <summary>Storing the last frames and checking the blocks.</summary>
    Finishing,
}

/// <summary>A point in a run's life. <paramref name="FramesDone"/> counts stored steps, earlier sittings included.</summary>
/// <param name="Stage">What is being done.</param>
/// <param name="FramesDone">Steps whose masks are stored.</param>
/// <param name="FramesTotal">Steps of the run; null until the file was probed.</param>
/// <param name="ResumedAt">First step of this sitting; 0 for a fresh run.</param>
/// <param name="Message">A line for people, when there is something to say.</param>
public sealed record RunProgress(RunStage Stage, int FramesDone, int? FramesTotal, int ResumedAt, string? Message);
