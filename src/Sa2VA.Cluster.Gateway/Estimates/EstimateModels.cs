using System.Text.Json.Nodes;

namespace Sa2VA.Cluster.Gateway.Estimates;

/// <summary>A job to be, and what a device costs.</summary>
/// <param name="Model">A model by the name that nodes give it.</param>
/// <param name="Videos">As in a job; with <c>frameCount</c> a video need not be there.</param>
/// <param name="PricePerGpuHour">What an hour of a device costs; null for no cost.</param>
/// <param name="Currency">Of the price, for people.</param>
public sealed record NewEstimate(string Model, IReadOnlyList<JsonObject> Videos, double? PricePerGpuHour = null, string? Currency = null);

/// <summary>What a job would take.</summary>
/// <param name="Frames">Frames that would be tracked.</param>
/// <param name="GpuSeconds">Time of a device.</param>
/// <param name="Cost">At the given price; null without one.</param>
/// <param name="Currency">Of the cost.</param>
/// <param name="Basis">Where the pace is from.</param>
/// <param name="Videos">Each video.</param>
/// <param name="Notes">For people: what is measured, and what is guessed.</param>
public sealed record EstimateBody(
    long Frames, double GpuSeconds, double? Cost, string? Currency, EstimateBasis Basis, IReadOnlyList<VideoEstimate> Videos, IReadOnlyList<string> Notes);

/// <summary>Where the pace is from.</summary>
/// <param name="FramesPerSecond">Frames that a slot of a device tracks in a second, questions included; the mean over the videos of the estimate.</param>
/// <param name="MeasuredVideos">Videos of the model that were measured.</param>
/// <param name="IsGuess">None was.</param>
public sealed record EstimateBasis(double FramesPerSecond, int MeasuredVideos, bool IsGuess);

/// <summary>What a video would take.</summary>
/// <param name="Video">Its source.</param>
/// <param name="Frames">Frames that would be tracked; null when they could not be counted.</param>
/// <param name="GpuSeconds">Time of a device; null then, too.</param>
/// <param name="FramesPerSecond">The pace that it was reckoned with.</param>
/// <param name="MeasuredVideos">Videos that this was measured on.</param>
/// <param name="Basis">What these have in common with it.</param>
/// <param name="IsGuess">The pace is a guess.</param>
/// <param name="Error">Why the frames could not be counted.</param>
public sealed record VideoEstimate(string Video, long? Frames, double? GpuSeconds, double FramesPerSecond, int MeasuredVideos, EstimateBasisKind Basis, bool IsGuess, string? Error);

/// <summary>What earlier videos have in common with one that is estimated.</summary>
public enum EstimateBasisKind
{
    /// <summary>Frames about as large, about as many things to find.</summary>
    SizeAndTargets,

    /// <summary>About as many things to find.</summary>
    Targets,

    /// <summary>Frames about as large.</summary>
    Size,

    /// <summary>The model only.</summary>
    Model,

    /// <summary>None was measured.</summary>
    Guess,
}
