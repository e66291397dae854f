using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Videos;

namespace Sa2VA.Cluster.Nodes;

/// <summary>
/// Answers a video with the stored masks of an earlier one that had the same content, sentences, model and settings. They are copied, so that the
/// video owns its masks and keeps them when the earlier ones expire.
/// </summary>
internal sealed class ResultReuse(IJobStore jobs, IJournal journal, IResultStore results, TimeProvider time)
{
    /// <summary>Copies block by block, and ends the video when the chains of the copy are those in the earlier video's journal.</summary>
    /// <param name="view">The video, which has not been begun.</param>
    /// <param name="order">What it asks for.</param>
    /// <param name="contentKey">See <see cref="ContentKey"/>.</param>
    /// <param name="owner">Who does it, for people.</param>
    /// <param name="cancellationToken">Stops; what was copied does no harm.</param>
    /// <returns>The video as it stands then and where its masks are from; null when there is nothing to reuse any more, and the video is to be run.</returns>
    /// <exception cref="FencedException">Another one claimed it meanwhile.</exception>
    public async Task<(Video Video, string From)?> TryAsync(VideoView view, VideoOrder order, string contentKey, string owner, CancellationToken cancellationToken)
    {
        if (await jobs.FindReusableAsync(contentKey, cancellationToken) is not { VideoId: var from }) return null;
        var earlier = await VideoHistory.LoadAsync(journal, from, cancellationToken);
        // What could not be asked then may be asked now.
        if (earlier is not { Ending: VideoEnding.Completed(var chains), Facts: { } facts, Added.IsEmpty: true } || earlier.Prompts.Values.Any(prompt => prompt.Failure is not null)) return null;

        var epoch = await journal.ClaimAsync(view.VideoId, owner, cancellationToken);
        await results.ClaimAsync(view.VideoId, epoch, cancellationToken);
        var blocks = (order.Frames.Steps(facts.FrameCount) + MaskBlock.Frames - 1) / MaskBlock.Frames;
        try
        {
            for (var i = 0; i < chains.Count; i++)
            {
                var chain = await CopyAsync(from, view.VideoId, epoch, objectId: i + 1, blocks, cancellationToken);
                if (chain != chains[i]) return null;
            }
        }
        catch (InvalidDataException)
        {
            // A block that is damaged, there or here.
            return null;
        }

        VideoCommand[] commands = [new VideoCommand.Claim(order, epoch, owner), new VideoCommand.Reuse(from, facts, earlier.Grounded, chains) { Verdicts = earlier.Verdicts }];
        return (await VideoRecord.ApplyAsync(journal, view.VideoId, epoch, commands, time.GetUtcNow(), cancellationToken), from);
    }

    /// <summary>The chain of the copy; null when a block is gone.</summary>
    private async Task<string?> CopyAsync(string from, string to, long epoch, int objectId, int blocks, CancellationToken cancellationToken)
    {
        var addresses = Enumerable.Range(0, blocks).Select(index => new BlockAddress(objectId, index));
        await foreach (var block in results.ReadBlocksAsync(from, addresses, cancellationToken: cancellationToken))
        {
            if (block is null) return null;
            await results.WriteBlockAsync(to, epoch, block, cancellationToken);
        }

        return await results.ChainAsync(to, objectId, blocks, cancellationToken);
    }
}
