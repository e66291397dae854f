using Sa2VA.Actors;
using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Videos;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cluster.Simulation;

/// <summary>
/// Stands where the real worker stands and records the same events, stores the same kinds of blocks and states, but waits where that one
/// computes. Its masks are a function of object and step.
/// </summary>
internal sealed class SimulatedWorker(SimulatedVideo simulated, Sitting sitting, ActorRef<VideoCommand> video, long epoch) : Actor<VideoWork>
{
    private const int Height = 48;
    private const int Width = 64;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public override async ValueTask ReceiveAsync(VideoWork message, CancellationToken cancellationToken)
    {
        var (known, pause) = message;
        try
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, pause);
            var facts = new VideoFacts(Width, Height, simulated.Frames, 25, simulated.Frames / 25.0, "simulated");
            await video.AskAsync<Video>(reply => new VideoCommand.RecordFacts(facts, reply), Patience, stop.Token);
            await AskAsync(known, stop.Token);
            if (sitting.OnlyGround)
            {
                await video.TellAsync(new VideoCommand.Paused(), cancellationToken);
                return;
            }

            await TrackAsync(known.Checkpoint?.NextStep ?? 0, stop.Token);
            await video.TellAsync(new VideoCommand.Complete(await ChainsAsync(stop.Token)), cancellationToken);
        }
        catch (OperationCanceledException) when (pause.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            await video.TellAsync(new VideoCommand.Paused(), cancellationToken);
        }
    }

    private async Task AskAsync(Video known, CancellationToken stop)
    {
        for (var target = 0; target < sitting.Order.Targets.Count; target++)
        {
            if (known.HasPrompt(target)) continue;
            var index = target;
            await Task.Delay(simulated.QuestionTime, Context.Time, stop);
            await video.AskAsync<Video>(reply => new VideoCommand.ResolvePrompt(index, new ResolvedPrompt("It is [SEG].", [[0.5f]]), reply), Patience, stop);
        }
    }

    private async Task TrackAsync(int next, CancellationToken stop)
    {
        sitting.ResumedAt = next;
        while (next < simulated.Frames)
        {
            var until = Math.Min(next + sitting.Place.Checkpoints.EveryFrames, simulated.Frames);
            await Task.Delay((until - next) * simulated.FrameTime, Context.Time, stop);
            for (var block = next / MaskBlock.Frames; block * MaskBlock.Frames < until; block++)
            {
                for (var target = 1; target <= sitting.Order.Targets.Count; target++)
                    await sitting.Place.Results.WriteBlockAsync(sitting.VideoId, epoch, Block(target, block, until), stop);
            }

            if (until < simulated.Frames) await CheckpointAsync(TrackingPoint.At(until), stop);
            next = until;
            sitting.Report(RunStage.Tracking, next, simulated.Frames);
        }
    }

    private async Task CheckpointAsync(TrackingPoint point, CancellationToken stop)
    {
        await sitting.Place.States.SaveAsync(
            sitting.VideoId, epoch, point.SnapshotFile, file => File.WriteAllBytesAsync(file, new byte[simulated.StateBytes], stop), stop);
        await video.AskAsync<Video>(reply => new VideoCommand.RecordCheckpoint(point, reply), Patience, stop);
        await sitting.Place.States.PruneAsync(sitting.VideoId, epoch, point.SnapshotFile, stop);
    }

    private static MaskBlock Block(int target, int block, int until)
    {
        var first = block * MaskBlock.Frames;
        var masks = new BlockMask[Math.Min(until - first, MaskBlock.Frames)];
        for (var i = 0; i < masks.Length; i++)
        {
            var pixels = new byte[Height * Width];
            pixels.AsSpan((first + i + target) % Height * Width, Width / 2).Fill(1);
            masks[i] = new BlockMask(first + i, first + i, (first + i) / 25.0, 1, 1, RleCodec.Encode(pixels, Height, Width).Counts);
        }

        return new MaskBlock(target, block, Height, Width, masks);
    }

    private async Task<IReadOnlyList<string>> ChainsAsync(CancellationToken stop)
    {
        var chains = new List<string>();
        for (var target = 1; target <= sitting.Order.Targets.Count; target++)
            chains.Add(await sitting.Place.Results.ChainAsync(sitting.VideoId, target, (simulated.Frames + MaskBlock.Frames - 1) / MaskBlock.Frames, stop));
        return chains;
    }
}
