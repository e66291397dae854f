using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Transport;
using Sa2VA.Cluster.Videos;

namespace Sa2VA.Cluster.Operations;

/// <summary>
/// Compares what the three servers say about the same videos. Nothing that it does can hurt a healthy cluster: a wake-up too many is
/// forgotten by whoever takes it.
/// </summary>
public sealed class Doctor(IJobStore jobs, IJournal journal, ITransport transport, IResultStore results, TimeProvider time)
{
    private const int Page = 500;
    private const int MostDead = 10_000;

    /// <summary>
    /// Videos that should be in work but have said nothing for a while: their message may be lost, as when a broker was restored from
    /// an old backup.
    /// </summary>
    /// <param name="silence">How long; longer than a slice and the queue's usual wait.</param>
    /// <param name="repair">Whether to wake them.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task<IReadOnlyList<Finding>> FindOrphansAsync(TimeSpan silence, bool repair, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        foreach (var video in await jobs.ListSilentAsync(time.GetUtcNow() - silence, Page, cancellationToken))
        {
            var job = await jobs.FindJobAsync(video.JobId, cancellationToken);
            if (repair) await transport.PublishAsync(new WorkItem(video.VideoId, job?.Request.Priority ?? WorkPriority.Normal), cancellationToken);
            findings.Add(new Finding(video.VideoId, FindingKind.Silent, $"It is {video.State} and has said nothing since {video.UpdatedAt:u}.", repair));
        }

        return findings;
    }

    /// <summary>Work among the dead that the job store knows nothing of, and the reverse.</summary>
    /// <param name="repair">Whether to remove messages of videos that are not dead.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task<IReadOnlyList<Finding>> CompareDeadAsync(bool repair, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        foreach (var dead in await transport.DeadWorkAsync(MostDead, cancellationToken))
        {
            var video = await jobs.FindVideoAsync(dead.Item.VideoId, cancellationToken);
            if (video?.State == VideoState.Dead) continue;
            if (dead.Item.Kind == WorkKind.Conversation)
            {
                if (repair) await transport.PublishAsync(dead.Item, cancellationToken);
                findings.Add(new Finding(dead.Item.VideoId, FindingKind.Dropped, $"The broker gave up a wake-up of this conversation ({dead.Reason}).", repair));
            }
            else if (video is { State: VideoState.Waiting or VideoState.Running })
            {
                // The broker gave it up by itself, before a node could: nobody will work on it.
                if (repair) await transport.PublishAsync(dead.Item, cancellationToken);
                findings.Add(new Finding(dead.Item.VideoId, FindingKind.Dropped, $"The broker gave it up ({dead.Reason}), but it is {video.State}.", repair));
            }
            else
            {
                findings.Add(new Finding(dead.Item.VideoId, FindingKind.StaleDeadLetter, video is null ? "No job has it." : $"It is {video.State}.", repair));
            }

            if (repair) await transport.ForgetDeadAsync(dead.Item.VideoId, cancellationToken);
        }

        return findings;
    }

    /// <summary>
    /// Queues again what the broker gave up by itself although it should be worked on, and removes what it gave up and nobody needs any more.
    /// What nodes gave up stays.
    /// </summary>
    /// <param name="cancellationToken">Stops.</param>
    public async Task<IReadOnlyList<Finding>> RescueDroppedAsync(CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        foreach (var dead in (await transport.DeadWorkAsync(MostDead, cancellationToken)).Where(dead => dead.IsDropped))
        {
            if (dead.Item.Kind == WorkKind.Conversation)
            {
                // Whoever takes it finds out whether something waits for an answer there.
                await transport.PublishAsync(dead.Item, cancellationToken);
                findings.Add(new Finding(dead.Item.VideoId, FindingKind.Dropped, dead.Reason, IsRepaired: true));
                await transport.ForgetDeadAsync(dead.Item.VideoId, cancellationToken);
                continue;
            }

            var video = await jobs.FindVideoAsync(dead.Item.VideoId, cancellationToken);
            // It belongs here: its message came back after a node had given it up.
            if (video?.State == VideoState.Dead) continue;
            if (video?.State is VideoState.Waiting or VideoState.Running)
            {
                // In this order: killed in between, it is queued twice, which costs little.
                await transport.PublishAsync(dead.Item, cancellationToken);
                findings.Add(new Finding(dead.Item.VideoId, FindingKind.Dropped, dead.Reason, IsRepaired: true));
            }

            await transport.ForgetDeadAsync(dead.Item.VideoId, cancellationToken);
        }

        return findings;
    }

    /// <summary>Reads the masks of a job's completed videos and compares their chains with those that their journals hold.</summary>
    public async IAsyncEnumerable<Finding> VerifyAsync(string jobId, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? after = null;
        for (; ; )
        {
            var page = await jobs.ListVideosAsync(jobId, VideoState.Completed, after, Page, cancellationToken);
            foreach (var video in page)
            {
                if (await VerifyVideoAsync(video, cancellationToken) is { } finding) yield return finding;
            }

            if (page.Count < Page) yield break;
            after = page[^1].VideoId;
        }
    }

    private async Task<Finding?> VerifyVideoAsync(VideoView view, CancellationToken cancellationToken)
    {
        var video = await VideoHistory.LoadAsync(journal, view.VideoId, cancellationToken);
        if (video is not { Ending: VideoEnding.Completed(var chains), Facts: { } facts })
            return new Finding(view.VideoId, FindingKind.Disagreement, "The job store says that it is completed, its journal does not.", IsRepaired: false);
        var blocks = ((view.Request.Frames ?? FrameSelection.All).Steps(facts.FrameCount) + MaskBlock.Frames - 1) / MaskBlock.Frames;
        for (var i = 0; i < chains.Count; i++)
        {
            try
            {
                if (await results.ChainAsync(view.VideoId, i + 1, blocks, cancellationToken) != chains[i])
                    return new Finding(view.VideoId, FindingKind.Damaged, $"The masks of object {i + 1} are not those that were stored.", IsRepaired: false);
            }
            catch (Exception failure) when (failure is InvalidDataException or IOException)
            {
                return new Finding(view.VideoId, FindingKind.Missing, $"Object {i + 1}: {failure.Message}", IsRepaired: false);
            }
        }

        return null;
    }
}

/// <summary>Something that is not as it should be.</summary>
/// <param name="VideoId">With which video.</param>
/// <param name="Kind">What.</param>
/// <param name="Detail">In words.</param>
/// <param name="IsRepaired">Whether it was set right.</param>
public sealed record Finding(string VideoId, FindingKind Kind, string Detail, bool IsRepaired);

/// <summary>What can be wrong.</summary>
public enum FindingKind
{
    /// <summary>Its message may be lost.</summary>
    Silent,

    /// <summary>The broker gave up what should be worked on.</summary>
    Dropped,

    /// <summary>A dead letter that stands for nothing.</summary>
    StaleDeadLetter,

    /// <summary>Job store and journal differ.</summary>
    Disagreement,

    /// <summary>Masks are gone.</summary>
    Missing,

    /// <summary>Masks have changed.</summary>
    Damaged,
}
