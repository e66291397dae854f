using Sa2VA.Actors;
using Sa2VA.Cluster.Regrounding;
using Sa2VA.Cluster.Results;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Telemetry;
using Sa2VA.Media;

namespace Sa2VA.Cluster.Tracking;

/// <summary>
/// Feeds frames through encoder, tracker and writer, each an actor with a short mailbox: the slowest sets the pace and
/// nothing piles up. Reading, resizing and run-length encoding overlap with the tensor work.
/// </summary>
/// <param name="encoder">First stage.</param>
/// <param name="tracker">Second stage.</param>
/// <param name="writer">Third stage.</param>
/// <param name="imageSize">Side of the square to which frames are resized here; null where the encoder does it.</param>
/// <param name="meter">Of the stages.</param>
/// <param name="limits">For reading.</param>
internal sealed class TrackingPipeline(
    ActorRef<EncoderCommand> encoder, ActorRef<TrackerCommand> tracker, ActorRef<WriterCommand> writer, int? imageSize, StageMeter meter, MediaLimits limits)
{
    /// <summary>Frames that wait in front of a stage: one in work, one ready. A 1024 x 1024 picture is 3 MB, its features about 20.</summary>
    public const int MailboxCapacity = 1;

    // A frame takes seconds at most; what is waited for here is a whole queue of them on a slow machine.
    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    /// <summary>Shows the objects on the frames of <paramref name="plan"/>, read by exact seeks; answers with the steps whose masks are then known.</summary>
    public Task<IReadOnlySet<int>> PromptAsync(VideoInfo info, FrameSelection frames, SortedDictionary<int, List<ObjectPrompt>> plan, CancellationToken stop)
        => ShowAsync<IReadOnlySet<int>>(info, frames, plan, reply => new TrackerCommand.Begin(reply), stop);

    /// <summary>Shows later answers, and says what came of them; tracking can go on then.</summary>
    public Task<RegroundVerdict> RegroundAsync(VideoInfo info, FrameSelection frames, SortedDictionary<int, List<ObjectPrompt>> plan, CancellationToken stop)
        => ShowAsync<RegroundVerdict>(info, frames, plan, reply => new TrackerCommand.EndReground(reply), stop);

    private Task<TReply> ShowAsync<TReply>(
        VideoInfo info, FrameSelection frames, SortedDictionary<int, List<ObjectPrompt>> plan, Func<ReplyTo<TReply>, TrackerCommand> end, CancellationToken stop)
        => WhileAliveAsync(
            async alive =>
            {
                if (plan.Count > 0)
                {
                    var options = new ReadOptions { Frames = [.. plan.Keys.Select(frames.FrameOf)], Limits = limits };
                    await foreach (var frame in VideoReader.ReadAsync(info.Path, info, options, alive))
                    {
                        var step = frames.StepOf(frame.Index)!.Value;
                        await encoder.TellAsync(new EncoderCommand.Prompt(step, Resized(frame), plan[step]), alive);
                    }
                }

                return await AskAtTheEndAsync(end, alive);
            },
            stop);

    /// <summary>
    /// Tracks from <paramref name="nextStep"/> to the end, until <paramref name="pause"/>, or until the language model is to be asked again.
    /// Whatever ends it, the steps before are made durable first; a failure of the file is then thrown. Returns where it stopped.
    /// </summary>
    /// <param name="findCuts">Whether to look for scenes that begin.</param>
    public Task<TrackingStop> TrackAsync(
        VideoInfo info, FrameSelection frames, int nextStep, IReadOnlySet<int> known, bool findCuts, CancellationToken pause, CancellationToken stop)
        => WhileAliveAsync(
            async alive =>
            {
                MediaException? broken = null;
                using var halt = CancellationTokenSource.CreateLinkedTokenSource(pause);
                using var reading = CancellationTokenSource.CreateLinkedTokenSource(alive, halt.Token);
                try
                {
                    await encoder.TellAsync(new EncoderCommand.PassOn(new TrackerCommand.Walk(halt.Cancel)), alive);
                    await FeedAsync(info, frames, nextStep, known, findCuts ? new CutDetector() : null, reading.Token);
                }
                catch (OperationCanceledException) when (halt.IsCancellationRequested && !alive.IsCancellationRequested)
                {
                    // What was fed so far is tracked and kept.
                }
                catch (MediaException failure)
                {
                    broken = failure;
                }

                var end = await AskAtTheEndAsync<TrackingStop>(reply => new TrackerCommand.Finish(broken is not null, reply), alive);
                return broken is null || end.Halted is not null ? end : throw broken;
            },
            stop);

    private async Task FeedAsync(VideoInfo info, FrameSelection frames, int nextStep, IReadOnlySet<int> known, CutDetector? cuts, CancellationToken reading)
    {
        var steps = frames.Steps(info.FrameCount);
        if (nextStep >= steps && !info.IsTruncated) return;
        var options = new ReadOptions
        {
            // With nothing left to track of a file that is cut off, reading its last frame again says so again.
            // A scene begins with regard to the frame before.
            FirstFrame = frames.FrameOf(Math.Max(0, Math.Min(nextStep, steps - 1) - (cuts is null ? 0 : 1))),
            // Past the end means to the end; a reader that runs to the end also says when a file is cut off.
            LastFrame = frames.Last < info.FrameCount ? frames.Last : null,
            Stride = frames.Stride,
            Limits = limits,
        };
        var began = meter.Now;
        await foreach (var frame in VideoReader.ReadAsync(info.Path, info, options, reading))
        {
            var at = new StepFrame(frames.StepOf(frame.Index)!.Value, frame.Index, frame.Pts, frame.Seconds) { IsCut = cuts?.IsCut(frame.Image) ?? false };
            if (at.Step < nextStep)
            {
                frame.Dispose();
                continue;
            }

            var image = known.Contains(at.Step) ? null : Resized(frame);
            if (image is null) frame.Dispose();
            meter.FrameDone(WorkStage.Decode, began);
            await encoder.TellAsync(new EncoderCommand.Encode(at, image), reading);
            began = meter.Now;
        }
    }

    private RgbImage Resized(VideoFrame frame)
    {
        using (frame) return imageSize is { } side ? frame.Image.ResizeBicubic(side, side) : frame.Image.Clone();
    }

    /// <summary>Sends the question behind everything that was fed, through the same mailboxes.</summary>
    private async Task<TReply> AskAtTheEndAsync<TReply>(Func<ReplyTo<TReply>, TrackerCommand> question, CancellationToken alive)
        => await encoder.AskAsync<TReply>(reply => new EncoderCommand.PassOn(question(reply)), Patience, alive);

    /// <summary>Runs work that ends as soon as a stage has failed; then the stage's failure is thrown.</summary>
    private async Task<T> WhileAliveAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken stop)
    {
        using var alive = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var failed = Task.WhenAny(encoder.Terminated, tracker.Terminated, writer.Terminated);
        var working = work(alive.Token);
        if (await Task.WhenAny(working, failed) == working)
        {
            try
            {
                return await working;
            }
            catch (DeadLetterException)
            {
                // A stage has stopped, and its own failure, which is about to be known, says why.
            }
        }

        await alive.CancelAsync();
        await working.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        await await failed;
        stop.ThrowIfCancellationRequested();
        throw new OperationCanceledException("A stage of the pipeline was stopped.");
    }
}
