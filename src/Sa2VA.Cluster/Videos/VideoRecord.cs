using Sa2VA.Actors.Journaling;

namespace Sa2VA.Cluster.Videos;

/// <summary>Changes the history of a video that has no live actor, or takes it from the one that has: by claiming it first.</summary>
internal static class VideoRecord
{
    /// <summary>Applies commands in their order, as the video's own actor would.</summary>
    /// <param name="journal">Holds the history.</param>
    /// <param name="videoId">Whose.</param>
    /// <param name="owner">Who does it, for people.</param>
    /// <param name="commands">The commands, given the epoch under which they are recorded.</param>
    /// <param name="now">When.</param>
    /// <param name="cancellationToken">Stops before anything is recorded.</param>
    /// <param name="recorded">Told of every event once it is recorded; null for nobody.</param>
    /// <returns>The video as it stands then.</returns>
    /// <exception cref="FencedException">Another one claimed it in the same moment; try again.</exception>
    public static async Task<Video> ApplyAsync(
        IJournal journal, string videoId, string owner, Func<long, IReadOnlyList<VideoCommand>> commands, DateTimeOffset now, CancellationToken cancellationToken,
        Action<VideoEvent>? recorded = null)
    {
        var epoch = await journal.ClaimAsync(videoId, owner, cancellationToken);
        return await ApplyAsync(journal, videoId, epoch, commands(epoch), now, cancellationToken, recorded);
    }

    /// <summary>The same under an epoch that was claimed before.</summary>
    /// <exception cref="FencedException">Another one has claimed it since.</exception>
    public static async Task<Video> ApplyAsync(
        IJournal journal, string videoId, long epoch, IReadOnlyList<VideoCommand> commands, DateTimeOffset now, CancellationToken cancellationToken,
        Action<VideoEvent>? recorded = null)
    {
        var codec = new VideoCodec();
        var head = await journal.HeadAsync(videoId, cancellationToken);
        var video = await VideoHistory.LoadAsync(journal, videoId, cancellationToken);
        var events = new List<VideoEvent>();
        foreach (var command in commands)
        {
            // One by one: what a command decides depends on those before it.
            foreach (var happened in VideoLogic.Decide(video, command, now))
            {
                events.Add(happened);
                video = VideoLogic.Evolve(video, happened);
            }
        }

        if (events.Count == 0) return video;
        await journal.AppendAsync(videoId, epoch, head.LastSequence, [.. events.Select(codec.Encode)], cancellationToken);
        if (recorded is not null) events.ForEach(recorded);
        return video;
    }
}
