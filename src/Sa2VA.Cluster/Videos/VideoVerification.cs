using Sa2VA.Actors;
using Sa2VA.Cluster.Grounding;
using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Telemetry;
using Sa2VA.Cluster.Verification;
using Sa2VA.Media;
using Sa2VA.Media.Masks;
using Sa2VA.Models.Sa2va.Grounding;

namespace Sa2VA.Cluster.Videos;

/// <summary>Asks sentences again about other key frames, and concludes what is there once the masks are known. Every answer is recorded as it comes.</summary>
internal sealed class VideoVerification(Sitting sitting, ActorRef<VideoCommand> video, VerifyOptions options)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly VideoQuestions _questions = new(sitting);

    private VideoOrder Order => sitting.Order;

    /// <summary>
    /// What is asked in words, together with the sentences: where somebody wants it, or else where the model's own calibration weighs it.
    /// </summary>
    /// <exception cref="RunException">That calibration cannot be used.</exception>
    public IEnumerable<VideoQuestion> OpenInWords(Video known) => options.Words ?? Model().WeighsWords ? known.OpenInWords(Order) : [];

    /// <summary>Asks what has not been asked yet.</summary>
    public async Task<Video> AskAsync(Video known, VideoInfo info, int steps, CancellationToken stop)
    {
        // A file that cannot be used is told before anything is tracked.
        Model();
        for (var ask = 1; ask <= options.Asks; ask++)
        {
            var number = ask;
            var open = known.OpenChecks(Order, number).ToList();
            if (open.Count == 0) continue;
            using var span = ClusterTracing.StartStage("verify", sitting.Trace)?.SetTag("sa2va.questions", open.Count);
            var shown = PresenceRule.KeySteps(steps, Order.KeyFrames, number, options.Asks);
            var recorded = 0;
            await _questions.AskAsync(info, shown, open, async answer =>
            {
                known = await video.AskAsync<Video>(reply => new VideoCommand.RecordCheck(answer.Target, number, new PresenceCheck(shown, answer.Prompt), reply), Patience, stop);
                sitting.Answered();
                sitting.Report(RunStage.Grounding, 0, steps, $"asked again ({number} of {options.Asks}): {++recorded} of {open.Count} answered");
            }, stop);
        }

        return known;
    }

    /// <summary>Concludes, from the answers and the stored masks.</summary>
    /// <param name="known">The video, all of whose steps are stored.</param>
    /// <param name="info">The file.</param>
    /// <param name="steps">Its tracked frames.</param>
    /// <param name="stop">Gives up.</param>
    public async Task ConcludeAsync(Video known, VideoInfo info, int steps, CancellationToken stop)
    {
        var model = Model();
        var protocol = Order.Protocol.ProcedureFor((await sitting.Place.Model.GetAsync(stop)).Language);
        var objects = PlannedObject.Of(known.WithAdded(Order), known).ToLookup(one => one.Target);
        var verdicts = new List<PresenceVerdict>();
        foreach (var (target, checks) in known.Checks)
        {
            var answers = Answers(protocol, known.Prompts[target], checks, steps);
            var evidence = PresenceEvidence.OfAnswers(answers.Count, answers.Count(answer => answer.Found));
            foreach (var one in objects[target].Where(one => one.IsTracked))
            {
                var seen = await SeenAsync(evidence, one.ObjectId, info, steps, stop);
                if (seen.Coverage >= evidence.Coverage) evidence = seen;
            }

            evidence = evidence with { SaidYes = known.Said.GetValueOrDefault(target)?.SaidYes };
            var probability = model.Probability(evidence);
            verdicts.Add(new PresenceVerdict(target, model.Call(probability), probability, evidence, answers));
        }

        await video.AskAsync<Video>(reply => new VideoCommand.Conclude(verdicts, reply), Patience, stop);
    }

    private PresenceModel Model()
    {
        try
        {
            return PresenceModel.Of(Order.Model);
        }
        catch (InvalidDataException failure)
        {
            throw new RunException(RunFailureKind.Model, failure.Message, failure);
        }
    }

    private List<PresenceAnswer> Answers(IGroundingProtocol protocol, ResolvedPrompt first, IEnumerable<PresenceCheck> checks, int steps)
        => [.. checks.Prepend(new PresenceCheck(protocol.KeyFrames(steps, Order.KeyFrames), first)).Where(check => check.Prompt.Failure is null)
            .Select(check => new PresenceAnswer([.. check.Steps.Select(Order.Frames.FrameOf)], check.Prompt.Segments.Count > 0))];

    private async Task<PresenceEvidence> SeenAsync(PresenceEvidence answers, int objectId, VideoInfo info, int steps, CancellationToken stop)
    {
        var (frames, area, score) = (0, 0.0, 0.0);
        for (var index = 0; index * MaskBlock.Frames < steps; index++)
        {
            if (await sitting.Place.Results.ReadBlockAsync(sitting.VideoId, objectId, index, stop) is not { } block) continue;
            foreach (var mask in block.Masks)
            {
                var pixels = RleCodec.Area(new Rle(info.Height, info.Width, mask.Counts));
                if (pixels == 0) continue;
                frames++;
                area += pixels;
                score += mask.ObjectScore;
            }
        }

        return frames == 0 ? answers : answers with { Coverage = frames / (double)steps, Area = area / frames / ((double)info.Height * info.Width), ObjectScore = score / frames };
    }
}
