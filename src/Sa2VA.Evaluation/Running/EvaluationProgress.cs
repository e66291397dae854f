namespace Sa2VA.Evaluation.Running;

/// <summary>How far an evaluation is. Frames count once, however many expressions their video has.</summary>
/// <param name="FramesDone">Frames that are predicted, and of finished videos scored.</param>
/// <param name="FramesTotal">Frames of all videos.</param>
/// <param name="VideosDone">Videos that are scored.</param>
/// <param name="VideosTotal">All videos.</param>
public sealed record EvaluationProgress(int FramesDone, int FramesTotal, int VideosDone, int VideosTotal);
