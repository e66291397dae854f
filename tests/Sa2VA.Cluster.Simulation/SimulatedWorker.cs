using Sa2VA.Actors;
using Sa2VA.Cluster.Grounding;
using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Videos;
using Sa2VA.Media.Masks;
using Sa2VA.Models.Sa2va;

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
            known = await AskAsync(known, stop.Token);
            while (!sitting.OnlyGround && TrackingPass.Next(sitting.Order, known) is { } pass)
            {
                await TrackAsync(known, pass, stop.Token);
                if (pass.Number == known.Added.Count) break;
                known = await video.AskAsync<Video>(reply => new VideoCommand.CompletePass(pass.Number, reply), Patience, stop.Token);
                known = await AskAsync(known, stop.Token);
            }

            await video.TellAsync(sitting.OnlyGround ? new VideoCommand.Paused() : new VideoCommand.Complete(await ChainsAsync(known, stop.Token), known.Added.Count + 1), cancellationToken);
        }
        catch (OperationCanceledException) when (pause.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            await video.TellAsync(new VideoCommand.Paused(), cancellationToken);
        }
    }

    private async Task<Video> AskAsync(Video known, CancellationToken stop)
    {
        foreach (var question in known.OpenQuestions(sitting.Order).ToList())
        {
            await Task.Delay(simulated.QuestionTime, Context.Time, stop);
            known = await video.AskAsync<Video>(reply => new VideoCommand.ResolvePrompt(question.Target, AnswerTo(question), reply), Patience, stop);
        }

        return known.OpenQuestions(sitting.Order).Any() ? await AskAsync(known, stop) : known;
    }

    private static ResolvedPrompt AnswerTo(VideoQuestion question) => question.Kind switch
    {
        QuestionKind.Plain => new ResolvedPrompt("A ball rolls.", []) { IsCutOff = question.Text.Contains("at length", StringComparison.Ordinal) },
        QuestionKind.Caption => new ResolvedPrompt("<p> A ball </p> [SEG] rolls.", [[0.5f]]) { Caption = new GroundedCaption("A ball rolls.", [new CaptionPhrase(0, 6, 0)]) },
        _ => new ResolvedPrompt("It is [SEG].", [[0.5f]]),
    };

    private async Task TrackAsync(Video known, TrackingPass pass, CancellationToken stop)
    {
        var next = known.Checkpoint?.NextStep ?? pass.FirstStep;
        sitting.ResumedAt = next;
        while (next < simulated.Frames)
        {
            var until = Math.Min(next + sitting.Place.Checkpoints.EveryFrames, simulated.Frames);
            await Task.Delay((until - next) * simulated.FrameTime, Context.Time, stop);
            for (var block = next / MaskBlock.Frames; block * MaskBlock.Frames < until; block++)
            {
                foreach (var one in pass.Objects)
                    await sitting.Place.Results.WriteBlockAsync(sitting.VideoId, epoch, Block(known, pass, one.ObjectId, block, pass.Correction is null ? until : simulated.Frames), stop);
            }

            if (until < simulated.Frames) await CheckpointAsync(TrackingPoint.At(until, pass.Number), stop);
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

    /// <summary>A row of pixels that runs down the picture; each correction of the object moves it by one from its frame on.</summary>
    private static MaskBlock Block(Video known, TrackingPass pass, int target, int block, int until)
    {
        var first = block * MaskBlock.Frames;
        var masks = new BlockMask[Math.Min(until - first, MaskBlock.Frames)];
        for (var i = 0; i < masks.Length; i++)
        {
            var pixels = new byte[Height * Width];
            pixels.AsSpan((first + i + target + Corrections(known, pass, target, first + i)) % Height * Width, Width / 2).Fill(1);
            masks[i] = new BlockMask(first + i, first + i, (first + i) / 25.0, 1, 1, RleCodec.Encode(pixels, Height, Width).Counts);
        }

        return new MaskBlock(target, block, Height, Width, masks);
    }

    private static int Corrections(Video known, TrackingPass pass, int target, int step)
        => known.Added.Take(pass.Number).Count(added => added.Correction is { } correction && correction.ObjectId == target && correction.Frame <= step);

    private async Task<IReadOnlyList<string>> ChainsAsync(Video known, CancellationToken stop)
    {
        var chains = new List<string>();
        foreach (var one in PlannedObject.Of(known.WithAdded(sitting.Order), known))
            chains.Add(await sitting.Place.Results.ChainAsync(sitting.VideoId, one.ObjectId, (simulated.Frames + MaskBlock.Frames - 1) / MaskBlock.Frames, stop));
        return chains;
    }
}
