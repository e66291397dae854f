using Sa2VA.Actors.Journaling;
using Sa2VA.Cluster.Grounding;
using Sa2VA.Cluster.Regrounding;
using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Verification;

namespace Sa2VA.Cluster.Videos;

/// <summary>What is known of a video and stored of its masks, for readers that have nothing to do with its work.</summary>
public sealed record StoredVideo
{
    /// <summary>The video as probed.</summary>
    public required VideoFacts Facts { get; init; }

    /// <summary>Which frames were asked for.</summary>
    public required FrameSelection Frames { get; init; }

    /// <summary>Everything tracked or found absent, by id; empty before all questions of the job are answered.</summary>
    public required IReadOnlyList<StoredObject> Objects { get; init; }

    /// <summary>Steps whose masks are stored, as of the last checkpoint.</summary>
    public required int StepsDone { get; init; }

    /// <summary>Steps in all.</summary>
    public required int StepsTotal { get; init; }

    /// <summary>Every step has its masks, and none will change.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>Where asking the language model again moved a track, in order.</summary>
    public IReadOnlyList<RegroundNote> Corrections { get; init; } = [];

    /// <summary>What is concluded about sentences, where presence is verified; empty before the video is complete.</summary>
    public IReadOnlyList<PresenceVerdict> Verdicts { get; init; } = [];

    /// <summary>What the language model said in words, as far as it has by now.</summary>
    public required VideoSayings Said { get; init; }

    /// <summary>The stored masks, step by step.</summary>
    public required StoredMasks Masks { get; init; }

    /// <summary>Reads what the journal says of a video; null before it was probed.</summary>
    public static async Task<StoredVideo?> FindAsync(IJournal journal, IResultStore results, string videoId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(journal);
        ArgumentNullException.ThrowIfNull(results);
        var video = await VideoHistory.LoadAsync(journal, videoId, cancellationToken);
        if (video is not { Order: { } order, Facts: { } facts }) return null;
        var planned = PlannedObject.Known(order, video);
        var chains = (video.Ending as VideoEnding.Completed)?.Chains;
        var total = order.Frames.Steps(facts.FrameCount);
        var steps = planned.Select(one => StepsOf(order, video, one, total)).ToList();
        // Where nothing is to be seen there is nothing to wait for.
        var done = steps.Count > 0 ? steps[0] : chains is null ? 0 : total;
        return new StoredVideo
        {
            Facts = facts,
            Frames = order.Frames,
            Objects = [.. planned.Select((one, i) => new StoredObject(one.ObjectId, one.Target, one.Label, one.Answer, !one.IsTracked && one.Failure is null, one.Failure, chains?[i], steps[i]))],
            StepsDone = done,
            StepsTotal = total,
            IsComplete = chains is not null,
            Corrections = video.Corrections,
            Verdicts = video.Verdicts,
            Said = VideoSayings.Of(order, video, planned),
            Masks = new StoredMasks(results, videoId, [.. planned.Select((one, i) => new StoredSteps(one.ObjectId, steps[i]))]),
        };
    }

    /// <summary>The same masks through another store.</summary>
    /// <param name="results">Which has what the first one has.</param>
    /// <param name="videoId">Whose they are.</param>
    public StoredVideo ReadThrough(IResultStore results, string videoId)
        => this with { Masks = new StoredMasks(results, videoId, [.. Objects.Select(one => new StoredSteps(one.Id, one.StepsDone))]) };

    /// <summary>How far an object is: it has all its masks once its pass is done, also while it is corrected.</summary>
    private static int StepsOf(VideoOrder order, Video video, PlannedObject planned, int total)
    {
        var pass = TrackingPass.Of(order, video, planned.Target);
        if (video.Ending is VideoEnding.Completed || pass < video.PassesDone) return total;
        return pass == video.PassesDone ? Math.Min(video.Checkpoint?.NextStep ?? 0, total) : 0;
    }
}

/// <summary>One object of a stored video.</summary>
/// <param name="Id">From 1.</param>
/// <param name="Target">The question that it answers, from 0.</param>
/// <param name="Label">In words.</param>
/// <param name="Answer">What the language model said; null when it was not asked.</param>
/// <param name="IsAbsent">It was found not to be there: every mask is empty.</param>
/// <param name="Failure">Why the language model could not be asked; every mask is empty then too.</param>
/// <param name="Chain">SHA-256 chain over its mask blocks; null before the video is complete.</param>
/// <param name="StepsDone">Steps that have its mask, as of the last checkpoint: fewer than of others where it was asked for later.</param>
public sealed record StoredObject(int Id, int Target, string Label, string? Answer, bool IsAbsent, string? Failure, string? Chain, int StepsDone);
