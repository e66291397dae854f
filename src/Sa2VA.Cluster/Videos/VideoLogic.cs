using System.Collections.Immutable;
using Sa2VA.Cluster.Regrounding;
using static Sa2VA.Cluster.Videos.VideoCommand;
using static Sa2VA.Cluster.Videos.VideoEvent;

namespace Sa2VA.Cluster.Videos;

/// <summary>A video's thinking, as two pure functions.</summary>
public static class VideoLogic
{
    /// <summary>What should happen? Duplicates and late messages are ordinary and change nothing.</summary>
    public static IReadOnlyList<VideoEvent> Decide(Video video, VideoCommand command, DateTimeOffset now) => command switch
    {
        Claim when video.Ending is VideoEnding.Completed or VideoEnding.Cancelled => [],
        Claim(var order, var epoch, var owner) when video.Order is null => [new VideoSubmitted(order, now), new VideoClaimed(epoch, owner, now)],
        Claim(_, var epoch, var owner) when epoch > video.Epoch => [new VideoClaimed(epoch, owner, now)],

        // Also before anybody has begun it: whoever claims it then finds it over.
        Cancel(var reason) when !video.IsOver => [new VideoCancelled(reason, now)],

        AddPrompt(var prompt, _) when video.Ending is VideoEnding.Cancelled || video.Added.Exists(added => added.Id == prompt.Id) => [],
        AddPrompt(var prompt, var requeue) => [new PromptAdded(prompt, now), .. requeue || video.IsOver ? (VideoEvent[])[new VideoRequeued(now)] : []],

        _ when video.IsOver || video.Order is null => [],

        RecordFacts(var facts, _) when facts != video.Facts => [new VideoProbed(facts, now)],
        ResolvePrompt(var target, _, _) when video.HasPrompt(target) => [],
        ResolvePrompt(var target, var prompt, _) => [Resolved(video, target, prompt, now)],
        RecordSaid(var target, var prompt, _) when !video.Said.ContainsKey(target) => [new PresenceSaid(target, prompt, now)],
        // Tracking that started over (its snapshot was gone) may report an earlier step; the file is what counts.
        RecordCheckpoint(var point, _) when point != video.Checkpoint => [new TrackingCheckpointed(point, now)],
        RecordCheck(var target, var ask, var check, _) when video.Checks.GetValueOrDefault(target, []).Count == ask - 1 => [new PresenceChecked(target, check, now)],
        Conclude(var verdicts, _) => [new PresenceConcluded(verdicts, now)],
        ResolveAgain(var pass, var step, var target, _, _) when IsAt(video.Reground, pass, step) && video.Reground!.Answers.ContainsKey(target) => [],
        ResolveAgain(var pass, var step, var target, var prompt, _) => [new RegroundAnswered(pass, step, target, prompt, now)],
        // Done again after a crash it comes to the same.
        EndReground(var pass, var step, var reason, var outcomes, _) when IsAt(video.Reground, pass, step) && video.Reground!.Outcomes is null => [new RegroundDone(pass, step, reason, outcomes, now)],
        Reuse reuse => Taken(video, reuse, now),
        BeginCorrection(var pass, var before, _) when !video.BeforeCorrection.ContainsKey(pass) => [new CorrectionBegun(pass, before, now)],
        CompletePass(var pass, _) when pass == video.PassesDone => Passed(video, pass + 1, now),
        Complete(_, var passes) when passes <= video.Added.Count => Passed(video, passes.Value, now),
        Complete(var chains, _) => [.. video.Added.IsEmpty ? [] : Passed(video, video.Added.Count + 1, now), new VideoCompleted(chains, now)],
        Fail(var failure) => [new VideoFailed(failure, now)],
        _ => [],
    };

    /// <summary>What did happen? Live traffic and replay share it.</summary>
    public static Video Evolve(Video video, VideoEvent happened) => happened switch
    {
        VideoSubmitted(var order, _) => video with { Order = order },
        VideoClaimed(var epoch, _, _) => video with { Epoch = epoch, Ending = video.Ending is VideoEnding.Failed ? null : video.Ending },
        VideoProbed(var facts, _) => video with { Facts = facts },
        PromptResolved(var target, var prompt, _) => video with { Prompts = video.Prompts.SetItem(target, prompt) },
        QuestionAnswered(var target, var prompt, _) => video with { Prompts = video.Prompts.SetItem(target, prompt) },
        PresenceSaid(var target, var prompt, _) => video with { Said = video.Said.SetItem(target, prompt) },
        TrackingCheckpointed(var point, _) => video with { Checkpoint = point },
        PresenceChecked(var target, var check, _) => video with { Checks = video.Checks.SetItem(target, video.Checks.GetValueOrDefault(target, []).Add(check)) },
        PresenceConcluded(var verdicts, _) => video with { Verdicts = [.. verdicts] },
        RegroundAnswered(var pass, var step, var target, var prompt, _) => video with { Reground = RegroundState.With(video.Reground, pass, step, target, prompt) },
        RegroundDone done => video with
        {
            Reground = video.Reground! with { Outcomes = done.Outcomes.ToImmutableSortedDictionary() },
            Corrections = video.Corrections.AddRange(done.Outcomes.Where(one => one.Value is RegroundOutcome.Corrected or RegroundOutcome.Found)
                .OrderBy(one => one.Key).Select(one => new RegroundNote(done.Step, done.Reason, one.Key, one.Value))),
        },
        PromptAdded(var prompt, _) => video with { Added = video.Added.Add(prompt) },
        CorrectionBegun(var pass, var before, _) => video with { BeforeCorrection = video.BeforeCorrection.SetItem(pass, before) },
        PassCompleted(var pass, _, _) => video with { PassesDone = pass + 1, Checkpoint = null },
        // Of one that was completed all is done but what was added last.
        VideoRequeued when video.Ending is VideoEnding.Completed => video with { Ending = null, PassesDone = video.Added.Count, Checkpoint = null },
        VideoRequeued => video with { Ending = null },
        VideoReused(var from, _) => video with { ReusedFrom = from },
        VideoCompleted(var chains, _) => video with { Ending = new VideoEnding.Completed(chains) },
        VideoFailed(var failure, _) => video with { Ending = new VideoEnding.Failed(failure) },
        VideoCancelled(var reason, _) => video with { Ending = new VideoEnding.Cancelled(reason) },
        _ => video,
    };

    private static VideoEvent Resolved(Video video, int target, ResolvedPrompt prompt, DateTimeOffset now)
        => Video.IsAnsweredInWords(video.Order!, target) ? new QuestionAnswered(target, prompt, now) : new PromptResolved(target, prompt, now);

    private static bool IsAt(RegroundState? state, int pass, int step) => state is not null && state.Pass == pass && state.Step == step;

    private static IReadOnlyList<VideoEvent> Passed(Video video, int passes, DateTimeOffset now) =>
        [.. Enumerable.Range(video.PassesDone, Math.Max(0, passes - video.PassesDone)).Select(pass => new PassCompleted(pass, pass == 0 ? null : video.Added[pass - 1].Id, now))];

    private static IReadOnlyList<VideoEvent> Taken(Video video, Reuse reuse, DateTimeOffset now) =>
    [
        new VideoReused(reuse.From, now),
        .. reuse.Facts == video.Facts ? (VideoEvent[])[] : [new VideoProbed(reuse.Facts, now)],
        .. reuse.Prompts.Where(prompt => !video.HasPrompt(prompt.Key)).Select(prompt => Resolved(video, prompt.Key, prompt.Value, now)),
        .. reuse.Verdicts.Count == 0 ? (VideoEvent[])[] : [new PresenceConcluded(reuse.Verdicts, now)],
        new VideoCompleted(reuse.Chains, now),
    ];
}
