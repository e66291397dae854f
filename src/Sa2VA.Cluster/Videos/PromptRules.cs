using Sa2VA.Cluster.Grounding;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Runs;

namespace Sa2VA.Cluster.Videos;

/// <summary>What a prompt must satisfy before it is recorded: what is recorded is worked on, and must not fail the video.</summary>
internal static class PromptRules
{
    /// <summary>Prompts that a video may be given.</summary>
    public const int MaxPrompts = 1000;

    /// <summary>What is to be recorded.</summary>
    /// <param name="order">What the video's job asks for.</param>
    /// <param name="video">The video as it stands.</param>
    /// <param name="id">Names the prompt.</param>
    /// <param name="request">The prompt.</param>
    /// <param name="now">When.</param>
    /// <exception cref="JobRefusedException">It does not fit the video.</exception>
    /// <exception cref="PromptConflictException">It cannot be said yet whether it does.</exception>
    public static AddedPrompt Check(VideoOrder order, Video video, string id, PromptRequest request, DateTimeOffset now)
    {
        if (video.Added.Count >= MaxPrompts) throw new JobRefusedException($"The video has {video.Added.Count} prompts; it may have {MaxPrompts}. Submit it in a new job.");
        var targets = video.WithAdded(order).Targets.Count;
        if (request.ObjectId is null && targets >= RunRules.MaxTargets) throw new JobRefusedException($"The video is asked for {targets} things; it may be asked for {RunRules.MaxTargets}. Submit it in a new job.");
        if (request.Text is { } text) return new AddedPrompt(id, new RunTarget.Expression(text), Correction: null, now);

        if (video.Facts is not { } facts) throw new PromptConflictException("No node has opened the video yet, so that nothing can be shown in it. Try again when it runs.");
        return request.ObjectId is { } corrected
            ? Corrected(order, video, facts, id, new ObjectCorrection(corrected, request.Hints), now)
            : Shown(order, video, facts, id, request, now);
    }

    private static AddedPrompt Corrected(VideoOrder order, Video video, VideoFacts facts, string id, ObjectCorrection correction, DateTimeOffset now)
    {
        var objects = PlannedObject.Known(order, video);
        if (objects.FirstOrDefault(one => one.ObjectId == correction.ObjectId) is not { } planned)
        {
            throw objects.Count == 0
                ? new PromptConflictException("It is not known yet which objects the video has. Try again when its questions are answered.")
                : new JobRefusedException($"\"object\" is {correction.ObjectId}; the video has objects 1 to {objects.Count}. Leave it out to show a new one.");
        }

        Try(() => PromptPlan.OfCorrection(order, facts, planned, correction, before: null));
        return new AddedPrompt(id, Target: null, correction, now);
    }

    private static AddedPrompt Shown(VideoOrder order, Video video, VideoFacts facts, string id, PromptRequest request, DateTimeOffset now)
    {
        var label = request.Label ?? $"{KindOf(request.Hints[0])} {video.Added.Count + 1}";
        Try(() => PromptPlan.Of(order, facts, [new PlannedObject(1, 0, label) { Shown = request.Hints }], keySteps: []));
        return new AddedPrompt(id, new RunTarget.Prompted(label, request.Hints), Correction: null, now);
    }

    private static string KindOf(VisualPrompt hint) => hint switch
    {
        VisualPrompt.Points => "point",
        VisualPrompt.Box => "box",
        _ => "mask",
    };

    private static void Try(Action check)
    {
        try
        {
            check();
        }
        catch (RunException refused)
        {
            throw new JobRefusedException(refused.Message);
        }
    }
}

/// <summary>A prompt cannot be taken in the state that the video is in.</summary>
public sealed class PromptConflictException(string message) : Exception(message);
