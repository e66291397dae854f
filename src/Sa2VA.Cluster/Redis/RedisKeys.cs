using System.Globalization;
using Sa2VA.Cluster.Results;
using StackExchange.Redis;

namespace Sa2VA.Cluster.Redis;

/// <summary>
/// Names of the keys, as docs/redis.md promises them. What belongs together carries the same hash tag (the part in braces), so that one
/// script can touch all of it on a Redis cluster too.
/// </summary>
internal sealed class RedisKeys(string prefix)
{
    /// <summary>Hash: who may write a video's masks.</summary>
    public RedisKey Claim(string videoId) => $"{prefix}:{{{ClusterIds.CheckVideo(videoId)}}}:claim";

    /// <summary>What the keys of a video's objects begin with.</summary>
    public RedisKey ObjectStem(string videoId) => $"{prefix}:{{{ClusterIds.CheckVideo(videoId)}}}:object:";

    /// <summary>Hash: the mask blocks of an object by block index.</summary>
    public RedisKey Object(string videoId, int objectId) => ObjectStem(videoId).Append(objectId.ToString(CultureInfo.InvariantCulture));

    /// <summary>Hash: the progress of a video.</summary>
    public RedisKey VideoProgress(string videoId) => $"{prefix}:{{{ClusterIds.JobOf(videoId)}}}:video:{videoId}";

    /// <summary>Hash: sums over the videos of a job.</summary>
    public RedisKey JobProgress(string jobId) => $"{prefix}:{{{ClusterIds.CheckJob(jobId)}}}:progress";

    /// <summary>Set: names of the nodes.</summary>
    public RedisKey Nodes => $"{prefix}:{{nodes}}";

    /// <summary>What the keys begin with that hold what nodes say of themselves.</summary>
    public RedisKey NodeStem => $"{prefix}:{{nodes}}:";

    /// <summary>Stream: what happened in a job.</summary>
    public RedisKey Events(string jobId) => $"{prefix}:{{{ClusterIds.CheckJob(jobId)}}}:events";
}
