namespace Sa2VA.Cluster.Runs;

/// <summary>What the probe found, as journaled. Sizes are of the upright picture.</summary>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="FrameCount">Frames in the file.</param>
/// <param name="FramesPerSecond">Average rate.</param>
/// <param name="DurationSeconds">Length.</param>
/// <param name="Codec">Name of the codec, for people.</param>
public sealed record VideoFacts(int Width, int Height, long FrameCount, double FramesPerSecond, double DurationSeconds, string Codec);
