namespace Sa2VA.Cluster.Client;

/// <summary>A job to submit.</summary>
/// <param name="Model">A model by the name that the cluster gives it.</param>
/// <param name="Videos">At least one.</param>
public sealed record NewJob(string Model, IReadOnlyList<NewVideo> Videos)
{
    /// <summary>Your own name for it: the same key and videos again is the same job.</summary>
    public string? Key { get; init; }

    /// <summary>For people.</summary>
    public string? Title { get; init; }

    /// <summary>high, normal or low.</summary>
    public string Priority { get; init; } = "normal";

    /// <summary>Frames that the language model sees.</summary>
    public int KeyFrames { get; init; } = 5;

    /// <summary>Answer from earlier results of the same content, sentences, model and settings where there are any.</summary>
    public bool ReuseResults { get; init; }

    /// <summary>When the language model is asked again while tracking: a number of frames, <c>cut</c>, <c>doubt</c>, or several of them, as <c>256,cut,doubt</c>; null for never.</summary>
    public string? Reground { get; init; }

    /// <summary>How many times more each sentence is asked to verify presence, 1 to 16; null for not.</summary>
    public int? VerifyAsks { get; init; }

    /// <summary>With <see cref="VerifyAsks"/>: whether the model is also asked in words; null for where its calibration weighs the answer.</summary>
    public bool? VerifyWords { get; init; }

    /// <summary>What is asked about every video, beside what it asks itself; answered in words.</summary>
    public IReadOnlyList<string>? Questions { get; init; }

    /// <summary>Whether every video is described, with masks for the phrases.</summary>
    public bool Caption { get; init; }
}

/// <summary>A video of a job.</summary>
/// <param name="Video">Where it is: a path in one of the cluster's roots, <c>s3://bucket/key</c>, or an address.</param>
/// <param name="Expressions">What to find, in words.</param>
/// <param name="Name">Your own name for it.</param>
/// <param name="Frames">Which frames; null for all.</param>
/// <param name="Questions">What to answer in words.</param>
/// <param name="Caption">Whether to describe the video, with masks for the phrases.</param>
public sealed record NewVideo(
    string Video, IReadOnlyList<string> Expressions, string? Name = null, FrameRange? Frames = null, IReadOnlyList<string>? Questions = null, bool Caption = false);

/// <summary>A selection of frames, by number from 0.</summary>
/// <param name="First">The first.</param>
/// <param name="Last">The last, included; null for that of the video.</param>
/// <param name="Stride">Every so many.</param>
public sealed record FrameRange(int First, int? Last = null, int Stride = 1);

/// <summary>Settings of a job whose videos come as a manifest.</summary>
/// <param name="Model">A model by the name that the cluster gives it.</param>
public sealed record ManifestJob(string Model)
{
    /// <inheritdoc cref="NewJob.Key"/>
    public string? Key { get; init; }

    /// <inheritdoc cref="NewJob.Title"/>
    public string? Title { get; init; }

    /// <inheritdoc cref="NewJob.Priority"/>
    public string Priority { get; init; } = "normal";

    /// <inheritdoc cref="NewJob.KeyFrames"/>
    public int KeyFrames { get; init; } = 5;

    /// <inheritdoc cref="NewJob.ReuseResults"/>
    public bool ReuseResults { get; init; }

    /// <inheritdoc cref="NewJob.Reground"/>
    public string? Reground { get; init; }

    /// <inheritdoc cref="NewJob.VerifyAsks"/>
    public int? VerifyAsks { get; init; }

    /// <inheritdoc cref="NewJob.VerifyWords"/>
    public bool? VerifyWords { get; init; }

    /// <inheritdoc cref="NewJob.Questions"/>
    public IReadOnlyList<string>? Questions { get; init; }

    /// <inheritdoc cref="NewJob.Caption"/>
    public bool Caption { get; init; }
}

/// <summary>An accepted job.</summary>
/// <param name="JobId">Its id.</param>
/// <param name="Videos">How many it has.</param>
/// <param name="IsNew">False when the key was known: nothing was submitted.</param>
public sealed record AcceptedJob(string JobId, long Videos, bool IsNew);

/// <summary>A job and how far it is.</summary>
/// <param name="JobId">Its id.</param>
/// <param name="Key">Its owner's name for it.</param>
/// <param name="Title">For people.</param>
/// <param name="Model">Its model.</param>
/// <param name="Priority">high, normal or low.</param>
/// <param name="SubmittedAt">When it was accepted.</param>
/// <param name="Videos">How many it has.</param>
/// <param name="ByState">How many are waiting, running, paused, completed, failed, cancelled, dead.</param>
/// <param name="IsHeld">None of its videos begins until it is released.</param>
/// <param name="Progress">Frames, as last reported.</param>
public sealed record Job(
    string JobId, string? Key, string? Title, string Model, string Priority, DateTimeOffset SubmittedAt, long Videos, IReadOnlyDictionary<string, long> ByState, bool IsHeld,
    FrameProgress? Progress)
{
    /// <summary>Nothing of it waits, runs or is paused.</summary>
    public bool IsOver => ByState.GetValueOrDefault("waiting") + ByState.GetValueOrDefault("running") + ByState.GetValueOrDefault("paused") == 0;
}

/// <summary>Frames.</summary>
/// <param name="Done">Frames whose masks are stored.</param>
/// <param name="Total">Frames in all; null when not known.</param>
/// <param name="PerSecond">Pace of late.</param>
public sealed record FrameProgress(long Done, long? Total, double PerSecond);

/// <summary>A video and how far it is.</summary>
/// <param name="VideoId">Its id.</param>
/// <param name="JobId">Its job.</param>
/// <param name="Name">Its owner's name for it.</param>
/// <param name="Source">Where it comes from.</param>
/// <param name="State">waiting, running, paused, completed, failed, cancelled or dead.</param>
/// <param name="Progress">Frames.</param>
/// <param name="Node">Who has it, or had it last.</param>
/// <param name="Attempts">Crashes in a row.</param>
/// <param name="Error">Why it failed, is dead, or was cancelled.</param>
/// <param name="UpdatedAt">When it last got anywhere.</param>
public sealed record Video(
    string VideoId, string JobId, string? Name, string Source, string State, FrameProgress Progress, string? Node, int Attempts, string? Error, DateTimeOffset UpdatedAt);

/// <summary>What was found in a video.</summary>
/// <param name="VideoId">Which.</param>
/// <param name="Width">Pixels of every mask.</param>
/// <param name="Height">Pixels of every mask.</param>
/// <param name="FramesPerSecond">Rate of the video.</param>
/// <param name="FramesDone">Tracked frames whose masks are stored.</param>
/// <param name="FramesTotal">Frames that are tracked.</param>
/// <param name="IsComplete">No mask will be added or changed.</param>
/// <param name="Objects">Everything tracked or found absent.</param>
public sealed record Found(string VideoId, int Width, int Height, double FramesPerSecond, int FramesDone, int FramesTotal, bool IsComplete, IReadOnlyList<FoundObject> Objects)
{
    /// <summary>The questions that were asked about the video, with what was answered by now.</summary>
    public IReadOnlyList<SaidAnswer> Questions { get; init; } = [];

    /// <summary>The caption, where one was asked for and has been said.</summary>
    public SaidCaption? Caption { get; init; }
}

/// <summary>A question and its answer.</summary>
/// <param name="Target">Its number among everything that was asked for, from 0.</param>
/// <param name="Question">What was asked.</param>
/// <param name="Answer">What the language model said; null before it has, or when it could not be asked.</param>
/// <param name="Complete">False when the limit of tokens cut the answer off, or there is none.</param>
/// <param name="Failure">Why it could not be asked.</param>
/// <param name="Objects">Ids of the objects that the answer shows.</param>
public sealed record SaidAnswer(int Target, string Question, string? Answer, bool Complete, string? Failure, IReadOnlyList<int> Objects);

/// <summary>A description of a video.</summary>
/// <param name="Target">Its number among everything that was asked for, from 0.</param>
/// <param name="Text">The words, without tags; null when the language model could not be asked.</param>
/// <param name="Answer">What the language model said, tags included.</param>
/// <param name="Complete">False when the limit of tokens cut it off, or there is none.</param>
/// <param name="Failure">Why it could not be asked.</param>
/// <param name="Phrases">In the order of the words.</param>
public sealed record SaidCaption(int Target, string? Text, string? Answer, bool Complete, string? Failure, IReadOnlyList<SaidPhrase> Phrases);

/// <summary>A phrase of a caption.</summary>
/// <param name="Text">Its words; empty for a mask that has no phrase.</param>
/// <param name="Start">Where it begins in the caption, in UTF-16 units.</param>
/// <param name="Length">How long it is.</param>
/// <param name="Object">The object that shows it; null when it has no mask.</param>
public sealed record SaidPhrase(string Text, int Start, int Length, int? Object);

/// <summary>One object.</summary>
/// <param name="Id">From 1.</param>
/// <param name="Target">The question that it answers, from 0.</param>
/// <param name="Label">In words.</param>
/// <param name="Answer">What the language model said.</param>
/// <param name="IsAbsent">It was found not to be there: every mask is empty.</param>
/// <param name="Failure">Why the language model could not be asked.</param>
/// <param name="Chain">SHA-256 chain over its mask blocks; two runs agree when their chains agree.</param>
public sealed record FoundObject(int Id, int Target, string Label, string? Answer, bool IsAbsent, string? Failure, string? Chain);

/// <summary>One frame's masks.</summary>
/// <param name="Frame">Number in the file, from 0.</param>
/// <param name="Pts">Presentation timestamp in the stream's time base.</param>
/// <param name="Seconds">Presentation time.</param>
/// <param name="Masks">Of the objects that were asked for.</param>
public sealed record FrameMasks(int Frame, long Pts, double Seconds, IReadOnlyList<Mask> Masks);

/// <summary>One object's mask.</summary>
/// <param name="Object">Its id.</param>
/// <param name="Segmentation">COCO's compressed run lengths.</param>
/// <param name="Area">Set pixels.</param>
/// <param name="Box">left, top, width, height; null when nothing is seen.</param>
/// <param name="ObjectScore">Logit of "the object is in this frame".</param>
/// <param name="PredictedIou">The decoder's own estimate.</param>
public sealed record Mask(int Object, RunLengths Segmentation, long Area, IReadOnlyList<int>? Box, float ObjectScore, float PredictedIou);

/// <summary>COCO's run lengths.</summary>
/// <param name="Size">Height and width.</param>
/// <param name="Counts">The compressed string.</param>
public sealed record RunLengths(IReadOnlyList<int> Size, string Counts);

/// <summary>Something that happened in a job.</summary>
/// <param name="Id">By which a reader goes on after it.</param>
/// <param name="Type">What: <c>video-completed</c>.</param>
/// <param name="At">When.</param>
/// <param name="VideoId">To which video; null when to the job.</param>
/// <param name="Detail">More about it.</param>
public sealed record JobEvent(string Id, string Type, DateTimeOffset At, string? VideoId, string? Detail);
