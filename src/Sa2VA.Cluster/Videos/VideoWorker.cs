using Sa2VA.Actors;
using Sa2VA.Cluster.Grounding;
using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Telemetry;
using Sa2VA.Cluster.Tracking;
using Sa2VA.Media;
using Sa2VA.Media.Masks;
using Sa2VA.Models.Sam2.Tracking;

namespace Sa2VA.Cluster.Videos;

/// <summary>
/// Does the work on one video, from wherever its history stands: probe, ask the language model, prompt, track, finish.
/// Each step is recorded by the video's actor before the next begins.
/// </summary>
internal sealed class VideoWorker(Sitting sitting, ActorRef<VideoCommand> video, long epoch) : Actor<VideoWork>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    // A failed stage ends the pipeline, whose failure is then the worker's.
    private static readonly ActorOptions Stage = new()
    {
        MailboxCapacity = TrackingPipeline.MailboxCapacity, Supervision = SupervisionStrategy.StopOnFailure,
    };

    private readonly VideoQuestions _questions = new(sitting);

    private VideoOrder Order => sitting.Order;

    public override async ValueTask ReceiveAsync(VideoWork message, CancellationToken cancellationToken)
    {
        var (known, pause) = message;
        using var warm = sitting.Place.Warm?.Take(sitting.VideoId, epoch, known.Checkpoint, sitting.Place.Model);
        try
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, pause);
            var (file, facts) = await ProbeAsync(known, warm?.File, stop.Token);
            known = await GroundAsync(known, file.Info, stop.Token);
            while (!sitting.OnlyGround && TrackingPass.Next(Order, known) is { } pass)
            {
                if (!await TrackAsync(known, pass, warm, file, facts, pause, cancellationToken))
                {
                    await video.TellAsync(new VideoCommand.Paused(), cancellationToken);
                    return;
                }

                if (pass.Number == known.Added.Count) break;
                known = await video.AskAsync<Video>(reply => new VideoCommand.CompletePass(pass.Number, reply), Patience, stop.Token);
                known = await GroundAsync(known, file.Info, stop.Token);
            }

            if (!sitting.OnlyGround && Order.Verify is { } verify) await new VideoVerification(sitting, video, verify).ConcludeAsync(known, file.Info, Steps(file.Info), stop.Token);
            await video.TellAsync(
                sitting.OnlyGround ? new VideoCommand.Paused() : new VideoCommand.Complete(await ChainsAsync(known, Steps(file.Info), cancellationToken), known.Added.Count + 1), cancellationToken);
        }
        catch (OperationCanceledException) when (pause.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            await video.TellAsync(new VideoCommand.Paused(), cancellationToken);
        }
        catch (Exception failure) when (RunFailures.Of(failure) is { Kind: not (RunFailureKind.TakenOver or RunFailureKind.Storage) } reason)
        {
            await video.TellAsync(new VideoCommand.Fail(reason), cancellationToken);
        }
    }

    private int Steps(VideoInfo info) => Order.Frames.Steps(info.FrameCount);

    private async Task<(ProbedFile File, VideoFacts Facts)> ProbeAsync(Video known, ProbedFile? before, CancellationToken stop)
    {
        using var span = ClusterTracing.StartStage("probe", sitting.Trace);
        sitting.Report(RunStage.Probing, 0, total: null);
        var file = await ProbedFile.ProbeAsync(Order.Path, before, sitting.Place.Limits, stop);
        var info = file.Info;
        var facts = new VideoFacts(info.Width, info.Height, info.FrameCount, info.NominalRate, info.Duration, info.Codec);
        if (known.Facts is { } recorded && recorded != facts)
            throw new RunException(RunFailureKind.Media, $"'{Order.Path}' changed since this run began: it was {recorded}, it is {facts}. Use another work folder for the new file.");
        if (Steps(info) == 0)
            throw new RunException(RunFailureKind.Settings, $"No frame is selected: '{Order.Path}' has frames 0 to {info.FrameCount - 1}, and tracking was to begin at frame {Order.Frames.First}.");
        await video.AskAsync<Video>(reply => new VideoCommand.RecordFacts(facts, reply), Patience, stop);
        return (file, facts);
    }

    /// <summary>Asks about the expressions that have no recorded answer, so that a resumed run asks none twice. More may be added meanwhile.</summary>
    private async Task<Video> GroundAsync(Video known, VideoInfo info, CancellationToken stop)
    {
        var verification = Order.Verify is { } verify ? new VideoVerification(sitting, video, verify) : null;
        while (known.OpenQuestions(Order).Concat(verification?.OpenInWords(known) ?? []).ToList() is { Count: > 0 } questions)
        {
            using var span = ClusterTracing.StartStage("ground", sitting.Trace)?.SetTag("sa2va.questions", questions.Count);
            sitting.Report(RunStage.LoadingModel, sitting.ResumedAt, Steps(info));
            var (model, _) = await _questions.ModelAsync(stop);
            sitting.Report(RunStage.Grounding, 0, Steps(info), $"asking about {questions.DistinctBy(question => question.Target).Count()} of {known.WithAdded(Order).Targets.Count}");
            var recorded = 0;
            await _questions.AskAsync(info, Order.Protocol.ProcedureFor(model).KeyFrames(Steps(info), Order.KeyFrames), questions, async answer =>
            {
                await video.AskAsync<Video>(reply => answer.Kind == QuestionKind.Presence
                    ? new VideoCommand.RecordSaid(answer.Target, answer.Prompt, reply)
                    : new VideoCommand.ResolvePrompt(answer.Target, answer.Prompt, reply), Patience, stop);
                sitting.Answered();
                sitting.Report(RunStage.Grounding, 0, Steps(info), $"{++recorded} of {questions.Count} answered");
            }, stop);
            known = await video.AskAsync<Video>(reply => new VideoCommand.GetStatus(reply), Patience, stop);
        }

        return verification is null ? known : await verification.AskAsync(known, info, Steps(info), stop);
    }

    /// <summary>True when every step of the pass is stored, false when it was paused.</summary>
    private async Task<bool> TrackAsync(Video known, TrackingPass pass, WarmVideo? kept, ProbedFile file, VideoFacts facts, CancellationToken pause, CancellationToken stop)
    {
        var info = file.Info;
        var steps = Steps(info);
        var objects = pass.Objects;
        // A correction of an object that there is not, in the end, corrects nothing.
        if (objects.Count == 0) return true;
        // It was left at a checkpoint, and a pass begins with none.
        var warm = known.Checkpoint is null ? null : kept;
        // A checkpoint whose state is gone is no disaster: tracking starts over and gives the same masks.
        using var state = warm is null && known.Checkpoint is { } point ? await sitting.Place.States.OpenAsync(sitting.VideoId, point.SnapshotFile, stop) : null;
        var resume = warm is null && state is null ? null : known.Checkpoint;
        sitting.ResumedAt = resume?.NextStep ?? pass.FirstStep;
        using var span = ClusterTracing.StartStage("track", sitting.Trace)?.SetTag("sa2va.step", sitting.ResumedAt).SetTag("sa2va.objects", objects.Count).SetTag("sa2va.pass", pass.Number);
        if (resume is not null) sitting.Place.Continued(resume.NextStep, warm is not null);
        var writerPlan = new WriterPlan(sitting.VideoId, epoch, [.. objects.Select(o => o.ObjectId)], info.Height, info.Width, sitting.ResumedAt) { Overwrites = pass.Correction is not null };
        var writer = Context.Spawn(NameOf("writer", pass), () => new ResultWriter(sitting.Place.Results, writerPlan, done => sitting.Report(RunStage.Tracking, done, steps), sitting.Place.Meter), Stage);
        if (pass.Correction is null && !objects.Any(o => o.IsTracked)) return await WriteEmptyAsync(info, writer, pause, stop);

        var model = await LoadAsync(info, stop);
        var protocol = model.Follow(Order.Protocol.ProcedureFor(model.Language));
        var prompts = pass.Correction is { } correction
            ? PromptPlan.OfCorrection(Order, facts, objects[0], correction, await BeforeAsync(known, pass, correction, info, stop))
            : PromptPlan.Of(Order, facts, objects, protocol.PromptFrames(protocol.KeyFrames(steps, Order.KeyFrames)));
        var regrounding = VideoRegrounding.Of(sitting, video, pass, info, steps);
        var trackerPlan = new TrackerPlan
        {
            VideoId = sitting.VideoId, Epoch = epoch, Height = info.Height, Width = info.Width, Steps = steps,
            // Later passes finish masks as the first one does, so that an object has the masks that it would have had there.
            Protocol = PlannedObject.Of(Order, known).Concat(objects).Any(o => o.Embedding is not null) ? protocol : null,
            LanguageDecoder = model.Language?.LanguageDecoder,
            SelfFeedback = model.SelfFeedback,
            NextStep = sitting.ResumedAt,
            Snapshot = state?.Path,
            Warm = warm,
            Pass = pass.Number,
            Watch = regrounding is null ? null : await regrounding.WatchAsync(known, sitting.ResumedAt, stop),
        };
        var tracker = Context.Spawn(
            NameOf("tracker", pass), () => new TrackerActor(trackerPlan, model.Tracker, sitting.Place.Model.Tensors, sitting.Place.States, sitting.Place.Checkpoints, writer, video, sitting.Place.Meter), Stage);
        var encoder = Context.Spawn(NameOf("encoder", pass), () => new EncoderActor(model.Tracker, model.Normalizer, sitting.Place.Model.Tensors, tracker, sitting.Place.Meter), Stage);
        var pipeline = new TrackingPipeline(encoder, tracker, writer, model.Normalizer.ResizesInFloat ? null : model.Tracker.Config.ImageSize, sitting.Place.Meter, sitting.Place.Limits);

        if (resume is null) sitting.Report(RunStage.Prompting, 0, steps);
        using var promptStop = CancellationTokenSource.CreateLinkedTokenSource(stop, pause);
        var decided = await pipeline.PromptAsync(info, Order.Frames, resume is null ? prompts : [], promptStop.Token);
        sitting.Report(RunStage.Tracking, sitting.ResumedAt, steps);
        var end = await pipeline.TrackAsync(info, Order.Frames, sitting.ResumedAt, decided, regrounding?.WantsCuts ?? false, pause, stop);
        while (end.Halted is { } reason && !pause.IsCancellationRequested)
        {
            decided = await regrounding!.AskAsync(pipeline, end.NextStep, reason, promptStop.Token);
            end = await pipeline.TrackAsync(info, Order.Frames, end.NextStep, decided, regrounding.WantsCuts, pause, stop);
        }

        if (end.NextStep == steps)
        {
            // The next pass may need their memory.
            await encoder.StopAsync(cancellationToken: stop);
            await tracker.StopAsync(cancellationToken: stop);
            await writer.StopAsync(cancellationToken: stop);
            return true;
        }

        if (sitting.Place.Warm is not null) await tracker.AskAsync<bool>(reply => new TrackerCommand.Part(Keep, reply), Patience, stop);
        return false;

        void Keep(VideoTracker left, TrackingPoint at) => sitting.Place.Warm.Keep(sitting.VideoId, new WarmVideo(left, sitting.Place.Model, epoch, at, file));
    }

    private static string NameOf(string stage, TrackingPass pass) => pass.Number == 0 ? stage : $"{stage}-{pass.Number}";

    /// <summary>The mask that a correction refines. It is recorded before anything is written over it, so that a pass that begins again refines the same one.</summary>
    private async Task<Rle?> BeforeAsync(Video known, TrackingPass pass, ObjectCorrection correction, VideoInfo info, CancellationToken stop)
    {
        if (correction.Replaces) return null;
        if (known.BeforeCorrection.TryGetValue(pass.Number, out var recorded)) return recorded;
        var (index, at) = (pass.FirstStep / MaskBlock.Frames, pass.FirstStep % MaskBlock.Frames);
        var block = await sitting.Place.Results.ReadBlockAsync(sitting.VideoId, correction.ObjectId, index, stop);
        if (block is null || block.Masks.Count <= at)
            throw new InvalidDataException($"Frame {correction.Frame} of object {correction.ObjectId} is to be corrected, and its mask is not stored. The store was changed by hand, or masks have expired: retry the job's video from a new job.");
        var before = new Rle(info.Height, info.Width, block.Masks[at].Counts);
        await video.AskAsync<Video>(reply => new VideoCommand.BeginCorrection(pass.Number, before, reply), Patience, stop);
        return before;
    }

    /// <summary>Nothing to track: every mask is empty, and the probe knows the frames, so none is decoded.</summary>
    private async Task<bool> WriteEmptyAsync(VideoInfo info, ActorRef<WriterCommand> writer, CancellationToken pause, CancellationToken stop)
    {
        for (var step = 0; step < Steps(info); step++)
        {
            if (pause.IsCancellationRequested) return false;
            var frame = Order.Frames.FrameOf(step);
            var pts = info.Frames.Pts(frame);
            await writer.TellAsync(new WriterCommand.Write(new StepFrame(step, frame, pts, info.Seconds(pts)), []), stop);
        }

        return await writer.AskAsync<int>(reply => new WriterCommand.Flush(reply), Patience, stop) == Steps(info);
    }

    private async Task<RunModel> LoadAsync(VideoInfo info, CancellationToken stop)
    {
        sitting.Report(RunStage.LoadingModel, sitting.ResumedAt, Steps(info));
        return await sitting.Place.Model.GetAsync(stop);
    }

    private async Task<IReadOnlyList<string>> ChainsAsync(Video known, int steps, CancellationToken stop)
    {
        var objects = PlannedObject.Of(known.WithAdded(Order), known);
        using var span = ClusterTracing.StartStage("finish", sitting.Trace);
        sitting.Report(RunStage.Finishing, steps, steps);
        var chains = new List<string>(objects.Count);
        foreach (var planned in objects)
            chains.Add(await sitting.Place.Results.ChainAsync(sitting.VideoId, planned.ObjectId, (steps + MaskBlock.Frames - 1) / MaskBlock.Frames, stop));
        return chains;
    }
}
