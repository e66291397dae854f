using Sa2VA.Actors;
using Sa2VA.Cluster.Checkpoints;
using Sa2VA.Cluster.Grounding;
using Sa2VA.Cluster.Journal;
using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Transport;
using Sa2VA.Cluster.Videos;

namespace Sa2VA.Cluster.Runs;

/// <summary>The embedded mode: one video in this process, with the same actors that a cluster runs.</summary>
public static class VideoRun
{
    /// <summary>
    /// Runs a request, or continues or repeats it when the work folder knows it. Returns when it is completed, has
    /// failed, or was interrupted: cancelling the token makes a checkpoint within a few frames and then returns
    /// <see cref="RunOutcome.Interrupted"/>, it does not throw.
    /// </summary>
    /// <exception cref="RunException">The request is refused or nothing could be opened; nothing was tracked.</exception>
    public static async Task<RunResult> ExecuteAsync(
        RunRequest request, IProgress<RunProgress>? progress = null, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        RunRules.Check(request);
        await using var model = new ModelHost(ModelOf(request), request.Device);
        return await ExecuteAsync(request, model, progress, time, cancellationToken);
    }

    /// <summary>
    /// The same with a model that other runs use too, so that many videos load it once. Runs may share it at the same time: their pieces
    /// of tensor work take turns. It must be of the request's folder and device.
    /// </summary>
    /// <exception cref="RunException">The request is refused or nothing could be opened; nothing was tracked.</exception>
    public static async Task<RunResult> ExecuteAsync(
        RunRequest request, ModelHost model, IProgress<RunProgress>? progress = null, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        RunRules.Check(request);
        model.CheckServes(request);
        var order = new VideoOrder(
            Path.GetFullPath(request.Video), Model: "", request.Device,
            request.Targets, request.Protocol, request.KeyFrames, request.Frames, request.MaxNewTokens) { Reground = request.Reground, Verify = request.Verify }.Of(ModelOf(request));
        try
        {
            var folder = new RunFolder(Path.GetFullPath(request.WorkFolder));
            Directory.CreateDirectory(request.WorkFolder);
            using var journal = SqliteJournal.Open(folder.Journal);
            var place = new SittingPlace
            {
                Owner = $"{Environment.MachineName}:{Environment.ProcessId}", Checkpoints = request.Checkpoints, Model = model,
                States = new FolderCheckpointStore(folder.Snapshots), Results = new FolderResultStore(folder.Results),
            };
            using var sitting = new Sitting(RunIdentity.Of(order), order, place, progress);
            var (video, failure) = await SitAsync(sitting, journal, time ?? TimeProvider.System, cancellationToken);
            return await ResultAsync(sitting, video, failure, CancellationToken.None);
        }
        catch (Exception failure) when (failure is not RunException && RunFailures.Of(failure) is { } reason)
        {
            throw new RunException(reason.Kind, reason.Message, failure);
        }
    }

    /// <summary>The request's model by full paths.</summary>
    internal static ModelChoice ModelOf(RunRequest request) => new(
        Path.GetFullPath(request.ModelFolder), request.Variant with { Sam2 = request.Variant.Sam2 is { } sam2 ? Path.GetFullPath(sam2) : null });

    /// <summary>Publishes the work, takes it, and sees it through; returns how the video stands and why it stopped, if it failed.</summary>
    private static async Task<(Video Video, RunFailure? Failure)> SitAsync(
        Sitting sitting, SqliteJournal journal, TimeProvider time, CancellationToken cancellationToken)
    {
        await using var transport = new InProcessTransport();
        await using var system = new ActorSystem(time);
        await transport.PublishAsync(new WorkItem(sitting.VideoId), CancellationToken.None);
        await foreach (var delivery in transport.ConsumeAsync([WorkKind.Video], prefetch: 1, CancellationToken.None))
        {
            var actor = system.Spawn($"video-{delivery.Item.VideoId}", () => new VideoActor(journal, sitting), VideoActor.Options);
            using (cancellationToken.UnsafeRegister(static (state, _) => ((ActorRef<VideoCommand>)state!).TryTell(new VideoCommand.Pause()), actor))
            {
                await Task.WhenAny(sitting.Ended, actor.Terminated);
            }

            await delivery.AcknowledgeAsync(CancellationToken.None);
            if (sitting.Ended.IsCompleted)
            {
                var video = await sitting.Ended;
                await actor.StopAsync(cancellationToken: CancellationToken.None);
                return (video, (video.Ending as VideoEnding.Failed)?.Failure);
            }

            return (await VideoHistory.LoadAsync(journal, sitting.VideoId, CancellationToken.None), FailureOf(actor.Terminated));
        }

        throw new InvalidOperationException("The embedded transport delivered nothing.");
    }

    private static RunFailure FailureOf(Task terminated)
    {
        var failure = terminated.Exception?.InnerException ?? new InvalidOperationException("The video's actor stopped without a word.");
        while (failure is ChildFailedException { InnerException: { } inner }) failure = inner;
        return RunFailures.Of(failure)
            ?? new RunFailure(RunFailureKind.Internal, $"{failure.Message} ({failure.GetType().Name}, after several attempts)", Frame: null);
    }

    private static async Task<RunResult> ResultAsync(Sitting sitting, Video video, RunFailure? failure, CancellationToken cancellationToken)
    {
        if (video.Facts is not { } facts)
        {
            if (failure is not null) throw new RunException(failure.Kind, failure.Message);
            throw new RunException(RunFailureKind.Settings, "Stopped before the video was opened; nothing was done.");
        }

        var total = sitting.Order.Frames.Steps(facts.FrameCount);
        var done = video.Ending is VideoEnding.Completed ? total : Math.Min(video.Checkpoint?.NextStep ?? 0, total);
        var resolved = sitting.Order.Targets.Select((t, i) => t is RunTarget.Prompted || video.IsGrounded(sitting.Order, i)).All(known => known);
        var planned = resolved ? PlannedObject.Of(sitting.Order, video) : [];
        var objects = new List<ObjectResult>();
        foreach (var one in planned)
        {
            var chain = video.Ending is VideoEnding.Completed(var chains)
                ? chains[one.ObjectId - 1]
                : await sitting.Place.Results.ChainAsync(sitting.VideoId, one.ObjectId, (done + MaskBlock.Frames - 1) / MaskBlock.Frames, cancellationToken);
            objects.Add(new ObjectResult(one.ObjectId, one.Target, one.Label, one.Answer, !one.IsTracked && one.Failure is null, chain, one.Failure));
        }

        var said = VideoSayings.Of(sitting.Order, video, planned);
        failure ??= RefusedOf(planned, said) is var (label, why) ? new RunFailure(RunFailureKind.Model, $"The language model could not be asked about '{label}': {why}", Frame: null) : null;
        return new RunResult
        {
            VideoId = sitting.VideoId,
            Outcome = failure is not null ? RunOutcome.Failed : video.Ending is VideoEnding.Completed ? RunOutcome.Completed : RunOutcome.Interrupted,
            Failure = failure,
            Video = facts,
            FramesDone = objects.Count == 0 && video.Ending is not VideoEnding.Completed ? 0 : done,
            FramesTotal = total,
            ResumedAt = sitting.ResumedAt,
            Frames = sitting.Order.Frames,
            Objects = objects,
            Corrections = video.Corrections,
            Verdicts = video.Verdicts,
            Said = said,
            Masks = new StoredMasks(sitting.Place.Results, sitting.VideoId, [.. objects.Select(o => o.ObjectId)], objects.Count == 0 ? 0 : done),
        };
    }

    private static (string Label, string Why)? RefusedOf(IReadOnlyList<PlannedObject> objects, VideoSayings said) =>
        objects.Where(one => one.Failure is not null).Select(one => (one.Label, one.Failure!))
            .Concat(said.Questions.Where(one => one.Failure is not null).Select(one => (one.Question, one.Failure!)))
            .Concat(said.Caption is { Failure: { } failure } ? [("the caption", failure)] : [])
            .Select(one => ((string, string)?)one).FirstOrDefault();
}
