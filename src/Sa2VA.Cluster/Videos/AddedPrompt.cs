using System.Text.Json.Serialization;
using Sa2VA.Cluster.Runs;

namespace Sa2VA.Cluster.Videos;

/// <summary>What a video was asked after its job was submitted: another thing to find, or a correction of an object. One of the two is set.</summary>
/// <param name="Id">Names it, so that it counts once, however often it is sent.</param>
/// <param name="Target">Another thing to find.</param>
/// <param name="Correction">What is wrong with an object.</param>
/// <param name="At">When it was asked.</param>
public sealed record AddedPrompt(string Id, RunTarget? Target, ObjectCorrection? Correction, DateTimeOffset At);

/// <summary>How an object really looks on a frame.</summary>
/// <param name="ObjectId">Which object.</param>
/// <param name="Hints">At least one, all on one frame: a mask, or a box and clicks, which refine the mask that it has there.</param>
public sealed record ObjectCorrection(int ObjectId, IReadOnlyList<VisualPrompt> Hints)
{
    /// <summary>The frame in the file.</summary>
    [JsonIgnore]
    public int Frame => Hints[0].Frame;

    /// <summary>The hints replace the mask instead of refining it.</summary>
    [JsonIgnore]
    public bool Replaces => Hints is [VisualPrompt.Mask];
}
