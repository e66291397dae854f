using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sa2VA.Cluster.Grounding;
using Sa2VA.Cluster.Regrounding;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Verification;

namespace Sa2VA.Cluster.Jobs;

/// <summary>What decides the masks of a video, as one digest: two videos with the same key have the same masks.</summary>
public static class ContentKey
{
    private static readonly JsonSerializerOptions Json = new() { Converters = { new JsonStringEnumConverter() } };

    /// <param name="contentHash">Digest of the file's bytes.</param>
    /// <param name="modelHash">Digest of the model's files, or its name where a name never changes its meaning.</param>
    /// <param name="job">For its settings.</param>
    /// <param name="video">For its targets and frames.</param>
    public static string Of(string contentHash, string modelHash, JobRequest job, VideoRequest video)
    {
        var parts = JsonSerializer.SerializeToUtf8Bytes(
            new Parts(contentHash, modelHash, job.Protocol.Resolved(), job.KeyFrames, job.MaxNewTokens, video.Frames ?? FrameSelection.All, video.Targets) { Reground = job.Reground, Verify = job.Verify }, Json);
        return Convert.ToHexStringLower(SHA256.HashData(parts));
    }

    private sealed record Parts(
        string Content, string Model, GroundingProtocol Protocol, int KeyFrames, int MaxNewTokens, FrameSelection Frames, IReadOnlyList<RunTarget> Targets)
    {
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public RegroundOptions? Reground { get; init; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public VerifyOptions? Verify { get; init; }
    }
}
