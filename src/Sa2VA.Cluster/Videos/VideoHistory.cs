using Sa2VA.Actors.Journaling;

namespace Sa2VA.Cluster.Videos;

/// <summary>Reads what is known of a video without claiming it.</summary>
internal static class VideoHistory
{
    public static async Task<Video> LoadAsync(IJournal journal, string videoId, CancellationToken cancellationToken)
    {
        var codec = new VideoCodec();
        var (video, next) = (Video.Unknown, 1L);
        if (await journal.LoadSnapshotAsync(videoId, cancellationToken) is { } snapshot && codec.DecodeState(snapshot) is { } state)
            (video, next) = (state, snapshot.Sequence + 1);
        await foreach (var record in journal.ReadAsync(videoId, next, cancellationToken)) video = VideoLogic.Evolve(video, codec.Decode(record));
        return video;
    }
}
