namespace Sa2VA.Evaluation.Running;

/// <summary>How far an evaluation is. Frames count once, however many expressions their video has.</summary>
/// <param name="FramesDone">Frames that are predicted, and of finished videos scored.</param>
/// <param name="FramesTotal">Frames of all videos.</param>
/// <param name="FramesFound">Those of them that were there before, so that nobody takes their number for speed.</param>
/// <param name="VideosDone">Videos that are scored.</param>
/// <param name="VideosTotal">All videos.</param>
public sealed record EvaluationProgress(int FramesDone, int FramesTotal, int FramesFound, int VideosDone, int VideosTotal);
