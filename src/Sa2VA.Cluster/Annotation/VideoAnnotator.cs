using Sa2VA.Actors;
using Sa2VA.Cluster.Annotation.Actors;
using Sa2VA.Cluster.Annotation.Describing;
using Sa2VA.Cluster.Annotation.Texts;
using Sa2VA.Cluster.Exports;
using Sa2VA.Media;

namespace Sa2VA.Cluster.Annotation;

/// <summary>
/// Annotates one video: asks what is still to be asked about its objects, several at a time, and has every answer recorded before it asks on.
/// </summary>
/// <param name="video">The video.</param>
/// <param name="request">What is wanted.</param>
/// <param name="actor">Owns what is known.</param>
/// <param name="turns">Questions that may be under way, over all videos.</param>
/// <param name="asked">Told of every question that was answered.</param>
/// <param name="news">Told of every object that is settled.</param>
internal sealed class VideoAnnotator(
    ExportVideo video, AnnotationRequest request, ActorRef<AnnotationCommand> actor, SemaphoreSlim turns, Action asked, IProgress<AnnotationNews>? news)
{
    // A record is written at once; what takes longer is a disk that does not answer.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly AnnotationRules _rules = request.Rules;

    /// <summary>Asks until every object is settled.</summary>
    public async Task<AnnotatedVideo> RunAsync(CancellationToken cancellationToken)
    {
        var plan = await AnnotationMasks.PlanAsync(video, _rules, cancellationToken);
        var identity = new AnnotationIdentity(plan.Masks, request.Describer.Name, request.Checker.Name, AnnotationPrompts.Version, _rules.Frames, _rules.MaxSide);
        var known = await actor.AskAsync<VideoAnnotation>(reply => new AnnotationCommand.Begin(identity, reply), Patience, cancellationToken);
        var objects = plan.Objects.Select(one => Settled(one, known.Of(one.Object.Id))).ToArray();
        if (objects.Any(one => one is null))
        {
            using var local = await ExportFrames.OpenAsync(video, cancellationToken);
            var pictures = await PicturesAsync(local.Path, plan, cancellationToken);
            await Parallel.ForAsync(0, objects.Length, new ParallelOptions { MaxDegreeOfParallelism = request.Jobs, CancellationToken = cancellationToken }, async (place, stop) =>
            {
                if (objects[place] is not null) return;
                var settled = await DescribeAsync(plan.Objects[place], known.Of(plan.Objects[place].Object.Id), pictures, stop);
                news?.Report(new AnnotationNews(video.Name, settled));
                objects[place] = settled;
            });
        }

        return new AnnotatedVideo(video.Name, plan, [.. objects.Select(one => one!)], Failure: null);
    }

    private async Task<AnnotationPictures> PicturesAsync(string path, AnnotationPlan plan, CancellationToken cancellationToken)
    {
        var info = await MediaProbe.ProbeAsync(path, MediaLimits.Default, cancellationToken);
        if (info.Width != video.Width || info.Height != video.Height || plan.Frames.Max() >= info.FrameCount)
        {
            throw new ExportException(
                $"'{path}' has {info.FrameCount} frames of {info.Width}x{info.Height}, the masks of '{video.Name}' are {video.Width}x{video.Height} and go up to frame {plan.Frames.Max()}: it is not the video that they belong to.");
        }

        var masks = await AnnotationMasks.CollectAsync(video, plan, cancellationToken);
        return new AnnotationPictures(info, plan, masks, _rules.MaxSide, request.KeepPictures ? Path.Combine(request.OutputFolder, "pictures", video.Name) : null);
    }

    /// <summary>The object, when nothing is left to ask about it; else null.</summary>
    private AnnotatedObject? Settled(PlannedAnnotation one, ObjectRecord record) =>
        one.LeftOut is { } outcome ? new AnnotatedObject(one, outcome, new ObjectLevels(), record)
        : Progress(one, record) is ObjectProgress.Settled settled ? new AnnotatedObject(one, settled.Outcome, settled.Levels, record)
        : null;

    private ObjectProgress Progress(PlannedAnnotation one, ObjectRecord record) => ObjectProgress.Of(record, _rules, one.Largest.Count, one.Clip.Count);

    private async Task<AnnotatedObject> DescribeAsync(PlannedAnnotation one, ObjectRecord record, AnnotationPictures pictures, CancellationToken cancellationToken)
    {
        while (Progress(one, record) is ObjectProgress.Ask question)
        {
            var id = one.Object.Id;
            var known = record.Answers.Count;
            VideoAnnotation now;
            try
            {
                var answer = await AskAsync(one, question, pictures, cancellationToken);
                // An answer that was paid for is recorded, also when the work is being stopped.
                now = await actor.AskAsync<VideoAnnotation>(reply => new AnnotationCommand.Record(id, known, answer, reply), Patience, CancellationToken.None);
            }
            catch (DescriberException refusal) when (refusal.Kind == DescriberFailure.Refused && _rules.SkipRefused)
            {
                now = await actor.AskAsync<VideoAnnotation>(
                    reply => new AnnotationCommand.GiveUp(id, new StepRefusal(question.Step, question.Attempt, refusal.Message), reply), Patience, CancellationToken.None);
            }

            record = now.Of(id);
        }

        return Settled(one, record)!;
    }

    private async Task<StepAnswer> AskAsync(PlannedAnnotation one, ObjectProgress.Ask question, AnnotationPictures pictures, CancellationToken cancellationToken)
    {
        await turns.WaitAsync(cancellationToken);
        try
        {
            var describer = question.Step == AnnotationStep.Check ? request.Checker : request.Describer;
            var shown = await pictures.OfAsync(one, question, cancellationToken);
            try
            {
                var answer = await describer.AskAsync(new DescriberQuestion(question.Prompt, shown, _rules.MaxTokens), cancellationToken);
                asked();
                return new StepAnswer(question.Step, question.Attempt, question.Prompt, answer.Text, answer.Complete, describer.Name);
            }
            finally
            {
                foreach (var picture in shown) picture.Dispose();
            }
        }
        finally
        {
            turns.Release();
        }
    }
}
