using System.Runtime.CompilerServices;
using Sa2VA.Cluster.Grounding;
using Sa2VA.Cluster.Runs;
using Sa2VA.Cluster.Tracking;
using Sa2VA.Cluster.Videos;
using Sa2VA.Media;
using Sa2VA.Models.Sa2va.Grounding;
using Sa2VA.Models.Sam2;
using Sa2VA.Models.Sam2.Tracking;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Cluster.Chat;

/// <summary>
/// Makes the masks of a few objects on all frames of a file, as a run does, but frame by frame for whoever looks at them, and without
/// keeping anything: a conversation can be had again.
/// </summary>
internal sealed class ObjectFollower(RunModel model, TensorThread tensors, VideoInfo info, GroundingProtocol protocol, int keyFrames)
{
    private readonly IGroundingProtocol _procedure = model.Follow(protocol.ProcedureFor(model.Language));

    /// <summary>The frames in order, each with the masks of all objects. Pieces of work take turns with those of others.</summary>
    /// <exception cref="RunException">A hint does not fit the file.</exception>
    /// <exception cref="MediaException">The file cannot be read.</exception>
    public async IAsyncEnumerable<FollowedFrame> FollowAsync(IReadOnlyList<FollowedObject> objects, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var plan = Plan(objects);
        var tracker = await tensors.RunAsync(() => Open(objects), cancellationToken);
        try
        {
            await foreach (var frame in VideoReader.ReadAsync(info.Path, info, new ReadOptions { Frames = [.. plan.Keys] }, cancellationToken))
            {
                using (frame) await tensors.RunAsync(() => Show(tracker, frame, plan[frame.Index]), cancellationToken);
            }

            await tensors.RunAsync(tracker.BeginPropagation, cancellationToken);
            await foreach (var frame in VideoReader.ReadAsync(info.Path, info, new ReadOptions(), cancellationToken))
            {
                IReadOnlyList<FollowedMask> masks;
                try
                {
                    masks = await tensors.RunAsync(() => Track(tracker, frame), cancellationToken);
                }
                catch
                {
                    frame.Dispose();
                    throw;
                }

                // Rows are in the order in which objects were shown.
                yield return new FollowedFrame(frame, [.. objects.Select(one => masks.First(mask => mask.ObjectId == one.ObjectId))]);
            }
        }
        finally
        {
            await tensors.RunAsync(tracker.Dispose, CancellationToken.None);
        }
    }

    private SortedDictionary<int, List<ObjectPrompt>> Plan(IReadOnlyList<FollowedObject> objects)
    {
        var facts = new VideoFacts(info.Width, info.Height, info.FrameCount, info.NominalRate, info.Duration, info.Codec);
        var order = new VideoOrder(info.Path, "", "", [], protocol, keyFrames, FrameSelection.All, MaxNewTokens: 1);
        var planned = objects.Select((one, place) => new PlannedObject(one.ObjectId, place, one.Label) { Embedding = one.Embedding, Shown = one.Shown }).ToList();
        return PromptPlan.Of(order, facts, planned, _procedure.PromptFrames(_procedure.KeyFrames((int)info.FrameCount, keyFrames)));
    }

    private VideoTracker Open(IReadOnlyList<FollowedObject> objects)
    {
        var options = new TrackerOptions { FrameCount = (int)info.FrameCount, BlankAbsentMasks = true };
        if (objects.Any(one => one.Embedding is not null)) options = _procedure.Configure(options);
        return new VideoTracker(model.Tracker, options, info.Height, info.Width);
    }

    private void Show(VideoTracker tracker, VideoFrame frame, IReadOnlyList<ObjectPrompt> prompts)
    {
        using var scope = NewDisposeScope();
        using var features = Encode(frame.Image);
        foreach (var prompt in prompts)
        {
            using var shown = prompt switch
            {
                ObjectPrompt.Points(var id, var points) => tracker.AddPoints(frame.Index, features, id, points),
                ObjectPrompt.Mask(var id, var pixels) => tracker.AddMask(frame.Index, features, id, tensor(pixels, [info.Height, info.Width], model.Tracker.Device)),
                ObjectPrompt.Sentence(var id, var embedding) => _procedure.Prompt(tracker, frame.Index, features, id, embedding, model.Language?.LanguageDecoder),
                _ => throw new InvalidOperationException($"There is no way to show a {prompt.GetType().Name} to the tracker."),
            };
        }
    }

    private IReadOnlyList<FollowedMask> Track(VideoTracker tracker, VideoFrame frame)
    {
        using var scope = NewDisposeScope();
        using var features = tracker.NeedsFeatures(frame.Index) ? Encode(frame.Image) : null;
        using var masks = tracker.Track(frame.Index, features);
        var (scores, ious) = (masks.ObjectScoreLogits.to(float32).ToArray<float>(), masks.Ious.to(float32).ToArray<float>());
        return [.. masks.ObjectIds.Select((id, row) => new FollowedMask(id, masks.Binary(row), scores[row], ious[row]))];
    }

    private ImageFeatures Encode(RgbImage image)
    {
        using var scope = NewDisposeScope();
        var side = model.Tracker.Config.ImageSize;
        using var resized = model.Normalizer.ResizesInFloat ? null : image.ResizeBicubic(side, side);
        var shown = resized ?? image;
        return model.Tracker.EncodeImage(model.Normalizer.Square(shown.Pixels, shown.Height, shown.Width, side, model.Tracker.Device));
    }
}
