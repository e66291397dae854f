using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Progress;
using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.Videos;

/// <summary>Sends mail to videos wherever they are. A video with no live actor gets it into its journal instead, so that it counts at the next claim.</summary>
/// <param name="transport">Carries it.</param>
/// <param name="journal">Where it is written down otherwise.</param>
/// <param name="sender">Who sends, for people.</param>
/// <param name="time">The clock.</param>
/// <param name="news">Where the watchers of a job, by its id, are told of what is written down here; actors tell the rest themselves. Null for nowhere.</param>
public sealed class VideoMailer(ITransport transport, IJournal journal, string sender, TimeProvider time, Action<string, JobEvent>? news = null)
{
    // Two senders, or a sender and a node that claims, may meet; one of them has to come again.
    private const int Attempts = 10;

    // An actor writes such an order down at once, whatever else it does, unless it was just ending: then it never reads it.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(1);

    /// <summary>Cancels a video for good; it is cancelled, or was over before, when this returns.</summary>
    /// <param name="videoId">Which.</param>
    /// <param name="reason">For people.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task CancelAsync(string videoId, string reason, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var isTaken = await transport.SendAsync(VideoLetter.KeyOf(videoId), new VideoLetter.Cancel(reason).ToBytes(), cancellationToken);
            if (isTaken && await SoonAsync(videoId, video => video.IsOver, cancellationToken) is not null) return;
            try
            {
                await VideoRecord.ApplyAsync(journal, videoId, sender, _ => [new VideoCommand.Cancel(reason)], time.GetUtcNow(), cancellationToken, Tell(videoId));
                return;
            }
            catch (Exception failure) when (failure is FencedException or SequenceConflictException && attempt < Attempts)
            {
                // The newer claim has it now; mail may reach it.
            }
        }
    }

    /// <summary>
    /// Asks a video for more; it is recorded, and somebody is going to work on it, when this returns. Sending the same prompt again changes nothing.
    /// </summary>
    /// <param name="videoId">Which.</param>
    /// <param name="prompt">What.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>The video. The prompt is not among those added when it is cancelled.</returns>
    public async Task<Video> AddPromptAsync(string videoId, AddedPrompt prompt, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var isTaken = await transport.SendAsync(VideoLetter.KeyOf(videoId), new VideoLetter.AddPrompt(prompt).ToBytes(), cancellationToken);
            if (isTaken && await SoonAsync(videoId, video => video.Added.Exists(added => added.Id == prompt.Id), cancellationToken) is { } taken) return taken;
            try
            {
                return await VideoRecord.ApplyAsync(journal, videoId, sender, _ => [new VideoCommand.AddPrompt(prompt, Requeue: true)], time.GetUtcNow(), cancellationToken, Tell(videoId));
            }
            catch (Exception failure) when (failure is FencedException or SequenceConflictException && attempt < Attempts)
            {
                // The newer claim has it now; mail may reach it.
            }
        }
    }

    private Action<VideoEvent>? Tell(string videoId)
        => news is not null && VideoNumber.TryParse(videoId, out var video) ? recorded => news(video.JobId, VideoNews.Of(videoId, recorded)) : null;

    /// <summary>The video once its history says so; null when it does not for long.</summary>
    private async Task<Video?> SoonAsync(string videoId, Func<Video, bool> isDone, CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        for (var look = FirstLook; ; look = look * 2 < LongestLook ? look * 2 : LongestLook)
        {
            var video = await VideoHistory.LoadAsync(journal, videoId, cancellationToken);
            if (isDone(video)) return video;
            if (time.GetElapsedTime(since) >= Patience) return null;
            await Task.Delay(look, time, cancellationToken);
        }
    }

    /// <summary>Asks a running video to stop and hand over; false when no actor of it is alive.</summary>
    public ValueTask<bool> HoldAsync(string videoId, CancellationToken cancellationToken)
        => transport.SendAsync(VideoLetter.KeyOf(videoId), new VideoLetter.Hold().ToBytes(), cancellationToken);
}
