using Sa2VA.Media;

namespace Sa2VA.Cluster.Videos;

/// <summary>What the probe found out about a video, for as long as its file stays as it was: a probe reads all of it.</summary>
internal sealed record ProbedFile(VideoInfo Info, long Length, DateTime WrittenAt)
{
    // A folder of pictures has no length of its own, and its probe is cheap.
    private const long NoFile = -1;

    /// <summary>Probes a video, unless what is known of it still holds.</summary>
    public static async Task<ProbedFile> ProbeAsync(string path, ProbedFile? known, MediaLimits limits, CancellationToken cancellationToken)
    {
        // Looked at first: a file that changes during the probe is another one the next time.
        var file = new FileInfo(path);
        var (length, writtenAt) = file.Exists ? (file.Length, file.LastWriteTimeUtc) : (NoFile, default);
        return known is not null && known.Info.Path == path && length != NoFile && (known.Length, known.WrittenAt) == (length, writtenAt)
            ? known
            : new ProbedFile(await MediaProbe.ProbeAsync(path, limits, cancellationToken), length, writtenAt);
    }
}
