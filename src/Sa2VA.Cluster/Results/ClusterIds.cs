using System.Buffers;

namespace Sa2VA.Cluster.Results;

/// <summary>Ids of jobs and videos: letters, digits and '-'. A video of a job is <c>{jobId}-{number}</c>.</summary>
internal static class ClusterIds
{
    private static readonly SearchValues<char> s_characters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");

    /// <summary>The id itself, which now can stand in a path or a key.</summary>
    /// <exception cref="ArgumentException">It has other characters, or none.</exception>
    public static string CheckVideo(string id) => IsSound(id) ? id : throw new ArgumentException($"A video id has only letters, digits and '-': '{id}'.", nameof(id));

    /// <inheritdoc cref="CheckVideo"/>
    public static string CheckJob(string id) => IsSound(id) ? id : throw new ArgumentException($"A job id has only letters, digits and '-': '{id}'.", nameof(id));

    /// <summary>The job of a video; a video that was run by itself is its own job.</summary>
    public static string JobOf(string videoId)
    {
        var end = CheckVideo(videoId).LastIndexOf('-');
        return end > 0 ? videoId[..end] : videoId;
    }

    private static bool IsSound(string id) => id.Length > 0 && !id.AsSpan().ContainsAnyExcept(s_characters);
}
