using Sa2VA.Actors;
using Sa2VA.Cluster.Grounding;
using Sa2VA.Cluster.Regrounding;
using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Telemetry;
using Sa2VA.Cluster.Tracking;
using Sa2VA.Media;
using Sa2VA.Media.Masks;
using Sa2VA.Models.Sa2va.Grounding;

namespace Sa2VA.Cluster.Videos;

/// <summary>
/// Asks the language model again in one pass over a video. It is asked once for each time: answers are recorded before the tracker sees
/// them, and a pass that goes on after a crash shows it the same ones.
/// </summary>
internal sealed class VideoRegrounding(Sitting sitting, ActorRef<VideoCommand> video, RegroundOptions options, TrackingPass pass, VideoInfo info, int steps)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly VideoQuestions _questions = new(sitting);

    // Objects of sentences that were found; what was shown by hand, or only spoken of, is not asked about.
    private readonly IReadOnlyList<PlannedObject> _objects = [.. pass.Objects.Where(IsAskedAgain)];

    /// <summary>How a video's pass is watched; null where nothing is asked again: no sentence, or a correction by hand, which is not overruled.</summary>
    public static VideoRegrounding? Of(Sitting sitting, ActorRef<VideoCommand> video, TrackingPass pass, VideoInfo info, int steps)
        => sitting.Order.Reground is { } options && pass.Correction is null && pass.Objects.Any(IsAskedAgain)
            ? new VideoRegrounding(sitting, video, options, pass, info, steps) : null;

    /// <summary>Whether scenes that begin are of interest.</summary>
    public bool WantsCuts => options.OnCut;

    /// <summary>The watch of a walk that begins at a step.</summary>
    public async Task<RegroundWatch> WatchAsync(Video known, int nextStep, CancellationToken stop)
    {
        var past = new List<IReadOnlyList<Tracking.ObjectMask>>();
        for (var step = Math.Max(0, nextStep - 2); step < nextStep; step++) past.Add(await StoredAsync(step, stop));
        return new RegroundWatch(options, [.. _objects.Select(one => one.ObjectId)], RegroundState.LastBefore(known.Reground, pass.Number, nextStep), past);
    }

    /// <summary>Asks before a step and shows the answers to the tracker, which decides.</summary>
    /// <returns>The steps whose masks are then known.</returns>
    public async Task<IReadOnlySet<int>> AskAsync(TrackingPipeline pipeline, int step, RegroundReason reason, CancellationToken stop)
    {
        using var span = ClusterTracing.StartStage("reground", sitting.Trace)?.SetTag("sa2va.step", step).SetTag("sa2va.reason", reason);
        int[] window = [.. KeyFrameChoice.Spread(Math.Min(options.WindowFrames, steps - step), options.KeyFrames).Select(ahead => step + ahead)];
        var known = await video.AskAsync<Video>(reply => new VideoCommand.GetStatus(reply), Patience, stop);
        var state = StateAt(known, step);
        var targets = known.WithAdded(sitting.Order).Targets;
        var open = _objects.Select(one => one.Target).Distinct().Where(target => state?.Answers.ContainsKey(target) != true)
            .Select(target => VideoQuestion.Of(target, targets[target])).OfType<VideoQuestion>().ToList();
        if (open.Count > 0)
        {
            await _questions.AskAsync(info, window, open, async answer =>
            {
                state = StateAt(await video.AskAsync<Video>(reply => new VideoCommand.ResolveAgain(pass.Number, step, answer.Target, answer.Prompt, reply), Patience, stop), step);
                sitting.Answered();
            }, stop);
        }

        var verdict = await pipeline.RegroundAsync(info, sitting.Order.Frames, Plan(window, state!, reason), stop);
        var outcomes = _objects.ToDictionary(one => one.ObjectId, one => verdict.Outcomes.GetValueOrDefault(one.ObjectId, RegroundOutcome.Denied));
        await video.AskAsync<Video>(reply => new VideoCommand.EndReground(pass.Number, step, reason, outcomes, reply), Patience, stop);
        return verdict.Known;
    }

    /// <summary>Which answers are shown where. Of a sentence that means several objects only an answer with as many can be told apart, by order.</summary>
    private SortedDictionary<int, List<ObjectPrompt>> Plan(int[] window, RegroundState state, RegroundReason reason)
    {
        var prompts = new List<ObjectPrompt>();
        foreach (var objects in _objects.GroupBy(one => one.Target))
        {
            var answer = state.Answers[objects.Key];
            if (answer.Segments.Count != objects.Count()) continue;
            prompts.AddRange(objects.Zip(answer.Segments, (one, embedding) => new ObjectPrompt.Again(
                one.ObjectId, embedding, Insists: reason != RegroundReason.Schedule || state.PreviousOutcomes.GetValueOrDefault(one.ObjectId) == RegroundOutcome.Differed)));
        }

        return prompts.Count == 0 ? [] : new SortedDictionary<int, List<ObjectPrompt>>(window.ToDictionary(step => step, _ => prompts));
    }

    private static bool IsAskedAgain(PlannedObject one) => one is { IsOfSentence: true, Embedding: not null };

    private RegroundState? StateAt(Video known, int step) => known.Reground is { } state && state.Pass == pass.Number && state.Step == step ? state : null;

    private async Task<IReadOnlyList<Tracking.ObjectMask>> StoredAsync(int step, CancellationToken stop)
    {
        var masks = new List<Tracking.ObjectMask>();
        foreach (var one in _objects)
        {
            var block = await sitting.Place.Results.ReadBlockAsync(sitting.VideoId, one.ObjectId, step / MaskBlock.Frames, stop);
            if (block is null || block.Masks.Count <= step % MaskBlock.Frames)
                throw new InvalidDataException($"The mask of object {one.ObjectId} at step {step} is not stored, and tracking was to go on behind it. The store was changed by hand, or masks have expired: run again with an empty work folder, or from a new job.");
            var mask = block.Masks[step % MaskBlock.Frames];
            masks.Add(new Tracking.ObjectMask(one.ObjectId, RleCodec.Decode(new Rle(info.Height, info.Width, mask.Counts)), mask.ObjectScore, mask.PredictedIou));
        }

        return masks;
    }
}
