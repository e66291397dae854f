using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Transport;

namespace Sa2VA.Cluster.Videos;

/// <summary>Sends mail to videos wherever they are. A video with no live actor gets it into its journal instead, so that it counts at the next claim.</summary>
public sealed class VideoMailer(ITransport transport, IJournal journal, string sender, TimeProvider time)
{
    // Two senders, or a sender and a node that claims, may meet; one of them has to come again.
    private const int Attempts = 10;

    /// <summary>Cancels a video for good.</summary>
    /// <param name="videoId">Which.</param>
    /// <param name="reason">For people.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task CancelAsync(string videoId, string reason, CancellationToken cancellationToken)
    {
        if (await transport.SendAsync(VideoLetter.KeyOf(videoId), new VideoLetter.Cancel(reason).ToBytes(), cancellationToken)) return;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await VideoRecord.ApplyAsync(journal, videoId, sender, _ => [new VideoCommand.Cancel(reason)], time.GetUtcNow(), cancellationToken);
                return;
            }
            catch (Exception failure) when (failure is FencedException or SequenceConflictException && attempt < Attempts)
            {
                // The newer claim has it now; mail may reach it.
                if (await transport.SendAsync(VideoLetter.KeyOf(videoId), new VideoLetter.Cancel(reason).ToBytes(), cancellationToken)) return;
            }
        }
    }

    /// <summary>Asks a running video to stop and hand over; false when no actor of it is alive.</summary>
    public ValueTask<bool> HoldAsync(string videoId, CancellationToken cancellationToken)
        => transport.SendAsync(VideoLetter.KeyOf(videoId), new VideoLetter.Hold().ToBytes(), cancellationToken);
}
