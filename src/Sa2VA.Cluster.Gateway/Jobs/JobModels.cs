using System.Text.Json;
using System.Text.Json.Nodes;
using Sa2VA.Cluster.Jobs;
using Sa2VA.Cluster.Progress;
using Sa2VA.Cluster.Regrounding;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Transport;
using Sa2VA.Cluster.Verification;

namespace Sa2VA.Cluster.Gateway.Jobs;

/// <summary>A job with its videos in one body.</summary>
/// <param name="Model">A model by the name that nodes give it.</param>
/// <param name="Videos">At least one; each has the fields of a line of a manifest.</param>
/// <param name="Key">Your own name for the job: the same key and videos again is the same job.</param>
/// <param name="Title">For people.</param>
/// <param name="Priority">How urgent.</param>
/// <param name="Protocol">How answers about key frames become tracks.</param>
/// <param name="KeyFrames">Frames that the language model sees.</param>
/// <param name="ReuseResults">Answer from earlier results of the same content, sentences, model and settings where there are any.</param>
/// <param name="Reground">When the language model is asked again while tracking: a number of frames, <c>cut</c>, <c>doubt</c>, or several of them, as <c>256,cut,doubt</c>; null for never.</param>
/// <param name="VerifyAsks">How many times more each sentence is asked to verify presence, 1 to 16; null for not.</param>
/// <param name="VerifyWords">With <c>verifyAsks</c>: whether the model is also asked in words; null for where its calibration weighs the answer.</param>
/// <param name="Questions">What is asked about every video, beside what its own fields ask; answered in words, up to 2000 characters each.</param>
/// <param name="Caption">Whether every video is described, with masks for the phrases.</param>
public sealed record NewJob(
    string Model, IReadOnlyList<JsonObject> Videos, string? Key = null, string? Title = null, WorkPriority Priority = WorkPriority.Normal,
    GroundingProtocol Protocol = GroundingProtocol.Auto, int KeyFrames = 5, bool ReuseResults = false, string? Reground = null, int? VerifyAsks = null, bool? VerifyWords = null,
    IReadOnlyList<string>? Questions = null, bool Caption = false)
{
    internal JobRequest ToRequest() => new()
    {
        Model = Model, Key = Key, Title = Title, Priority = Priority, Protocol = Protocol, KeyFrames = KeyFrames, ReuseResults = ReuseResults,
        Reground = RegroundOf(Reground), Verify = VerifyOf(VerifyAsks, VerifyWords),
    };

    /// <summary>How presence is verified; null for not.</summary>
    /// <exception cref="JobRefusedException">What is asked in words goes with what is asked at all.</exception>
    internal static VerifyOptions? VerifyOf(int? asks, bool? words) =>
        asks is { } count ? new VerifyOptions { Asks = count, Words = words }
        : words is null ? null : throw new JobRefusedException("verifyWords goes with verifyAsks: say how many times more each sentence is asked, or leave both out.");

    /// <summary>When the language model is asked again.</summary>
    /// <exception cref="JobRefusedException">It is not understood.</exception>
    internal static RegroundOptions? RegroundOf(string? text)
    {
        try
        {
            return text is null ? null : RegroundOptions.Parse(text);
        }
        catch (FormatException failure)
        {
            throw new JobRefusedException(failure.Message);
        }
    }

    /// <summary>The videos as the manifest that they could have been.</summary>
    internal Stream ToManifest() => new NewManifest(Videos).Open();
}

/// <summary>An accepted job.</summary>
/// <param name="JobId">Its id.</param>
/// <param name="Videos">How many it has.</param>
/// <param name="IsNew">False when the key was known: nothing was submitted.</param>
public sealed record AcceptedJob(string JobId, long Videos, bool IsNew);

/// <summary>A job and how far it is.</summary>
/// <param name="JobId">Its id.</param>
/// <param name="Key">The owner's name for it.</param>
/// <param name="Title">For people.</param>
/// <param name="Model">The model.</param>
/// <param name="Priority">How urgent.</param>
/// <param name="Protocol">How answers become tracks.</param>
/// <param name="KeyFrames">Frames that the language model sees.</param>
/// <param name="SubmittedAt">When it was accepted.</param>
/// <param name="Videos">How many it has.</param>
/// <param name="ByState">How many are waiting, running, paused, completed, failed, cancelled, dead.</param>
/// <param name="IsHeld">None of its videos begins until it is released.</param>
/// <param name="Progress">Frames, as last reported; null before anything was.</param>
/// <param name="Reground">When the language model is asked again; null for never.</param>
/// <param name="VerifyAsks">How many times more each sentence is asked; null for not.</param>
/// <param name="VerifyWords">Whether the model is also asked in words; null for where its calibration weighs the answer.</param>
public sealed record JobBody(
    string JobId, string? Key, string? Title, string Model, WorkPriority Priority, GroundingProtocol Protocol, int KeyFrames, DateTimeOffset SubmittedAt, long Videos,
    IReadOnlyDictionary<VideoState, long> ByState, bool IsHeld, FrameProgress? Progress, string? Reground, int? VerifyAsks, bool? VerifyWords)
{
    internal static JobBody Of(JobView view, JobProgress? progress) => new(
        view.JobId, view.Request.Key, view.Request.Title, view.Request.Model, view.Request.Priority, view.Request.Protocol, view.Request.KeyFrames, view.SubmittedAt,
        view.Videos, view.ByState, view.IsHeld, progress is null ? null : new FrameProgress(progress.FramesDone, progress.FramesTotal, progress.FramesPerSecond), view.Request.Reground?.ToString(), view.Request.Verify?.Asks,
        view.Request.Verify?.Words);
}

/// <summary>Frames of what was probed so far.</summary>
/// <param name="Done">Frames whose masks are stored.</param>
/// <param name="Total">Frames in all; null when not known.</param>
/// <param name="PerSecond">Pace of late while it runs, that of the whole work afterwards; 0 when not known.</param>
public sealed record FrameProgress(long Done, long? Total, double PerSecond);

/// <summary>A page of a list.</summary>
/// <param name="Items">What is on it.</param>
/// <param name="Next">What to ask for the page after it with; null on the last.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>How many videos something was done to.</summary>
/// <param name="Videos">How many.</param>
public sealed record Changed(int Videos);

/// <summary>Why something is cancelled.</summary>
/// <param name="Reason">For people.</param>
public sealed record Cancellation(string? Reason);
