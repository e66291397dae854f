using Sa2VA.Cluster.Grounding;
using System.Text.Json;
using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Runs;

namespace Sa2VA.Cluster.Videos;

/// <summary>Prompts that come after a job was submitted: checked, and recorded.</summary>
public sealed class VideoPrompts(IJournal journal, VideoMailer mailer, TimeProvider time)
{
    /// <summary>Adds a prompt; somebody is going to work on it when this returns. The same id again is the same prompt.</summary>
    /// <param name="job">The video's job.</param>
    /// <param name="view">The video.</param>
    /// <param name="id">Names the prompt.</param>
    /// <param name="request">The prompt.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="JobRefusedException">It does not fit the video, or the id is another prompt's.</exception>
    /// <exception cref="PromptConflictException">The video is cancelled, was given up, or is not far enough.</exception>
    public async Task<PromptView> AddAsync(JobRequest job, VideoView view, string id, PromptRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(view);
        if (view.State is VideoState.Cancelled or VideoState.Dead)
            throw new PromptConflictException($"'{view.VideoId}' is {view.State.ToString().ToLowerInvariant()}; {(view.State == VideoState.Dead ? "retry it first" : "submit it again")}.");
        var order = OrderOf(job, view);
        var video = await VideoHistory.LoadAsync(journal, view.VideoId, cancellationToken);
        if (video.Added.Find(added => added.Id == id) is { } known)
        {
            // Under the count that it was made with, so that it is given the same label.
            var again = PromptRules.Check(order, video with { Added = video.Added.RemoveRange(video.Added.IndexOf(known), video.Added.Count - video.Added.IndexOf(known)) }, id, request, known.At);
            if (JsonSerializer.Serialize(again) != JsonSerializer.Serialize(known)) throw new JobRefusedException("The Idempotency-Key is that of another prompt for this video. Use another key for another prompt.");
        }
        else
        {
            video = await mailer.AddPromptAsync(view.VideoId, PromptRules.Check(order, video, id, request, time.GetUtcNow()), cancellationToken);
        }

        return Views(order, video).FirstOrDefault(prompt => prompt.PromptId == id) is { } added
            ? added : throw new PromptConflictException($"'{view.VideoId}' was cancelled meanwhile; submit it again.");
    }

    /// <summary>What was added to a video, in the order in which it is worked on.</summary>
    public async Task<IReadOnlyList<PromptView>> ListAsync(JobRequest job, VideoView view, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(view);
        return Views(OrderOf(job, view), await VideoHistory.LoadAsync(journal, view.VideoId, cancellationToken));
    }

    private static VideoOrder OrderOf(JobRequest job, VideoView view) => new(
        view.Request.Source, job.Model, Device: "", view.Request.Targets, job.Protocol.Resolved(), job.KeyFrames, view.Request.Frames ?? FrameSelection.All, job.MaxNewTokens) { Reground = job.Reground, Verify = job.Verify };

    private static List<PromptView> Views(VideoOrder order, Video video)
    {
        var views = new List<PromptView>(video.Added.Count);
        var target = order.Targets.Count;
        foreach (var added in video.Added)
        {
            views.Add(new PromptView(
                added.Id, views.Count + 1, added.Target is null ? null : target++, added.Correction?.ObjectId, added.Target?.Label, FrameOf(added), video.IsDone(views.Count), added.At));
        }

        return views;
    }

    private static int? FrameOf(AddedPrompt added) => added.Correction?.Frame ?? (added.Target as RunTarget.Prompted)?.Prompts[0].Frame;
}

/// <summary>A prompt that came after its job was submitted.</summary>
/// <param name="PromptId">Its id.</param>
/// <param name="Number">Its place, from 1.</param>
/// <param name="Target">The question that a new object answers; null for a correction.</param>
/// <param name="Object">The object that is corrected; null for something new.</param>
/// <param name="Label">What people see; null for a correction.</param>
/// <param name="Frame">The frame that it is shown on; null for a sentence.</param>
/// <param name="IsDone">Its masks are stored.</param>
/// <param name="At">When it was asked.</param>
public sealed record PromptView(string PromptId, int Number, int? Target, int? Object, string? Label, int? Frame, bool IsDone, DateTimeOffset At);
