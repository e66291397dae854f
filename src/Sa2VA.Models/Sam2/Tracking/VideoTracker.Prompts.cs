using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;
using F = Sa2VA.Tensors.torch.nn.functional;

namespace Sa2VA.Models.Sam2.Tracking;

// Prompts: each predicts the object on one frame at once, and waits for BeginPropagation to become memory.
public sealed partial class VideoTracker
{
    /// <summary>Mask logits fed back, with a click or by themselves, stay within this.</summary>
    private const float PreviousLogitLimit = 32;

    /// <summary>Logit of an object without a prediction on a frame.</summary>
    private const float NoObjectScore = -1024;

    /// <summary>
    /// Clicks or a box on a frame. The first prompt of an object creates it. On a frame that was walked over already it is a
    /// correction: memory is used, and the previous mask is given to the decoder along with the points.
    /// </summary>
    /// <param name="frame">Index of the frame.</param>
    /// <param name="features">Of that frame; borrowed.</param>
    /// <param name="objectId">Any number of the caller's.</param>
    /// <param name="points">In pixels of the video.</param>
    /// <param name="clearOldPoints">Whether earlier points of this object on this frame are replaced rather than added to.</param>
    /// <returns>The masks of all objects on that frame.</returns>
    /// <exception cref="TrackerException">The prompt makes no sense, or the frame can no longer be corrected.</exception>
    public FrameMasks AddPoints(int frame, ImageFeatures features, int objectId, PointPrompt points, bool clearOldPoints = true)
    {
        CheckFrame(frame, features);
        var earlier = clearOldPoints ? null : _objects.GetValueOrDefault(objectId)?.Points.GetValueOrDefault(frame);
        points.Validate(addsToEarlierPoints: !clearOldPoints);
        var all = earlier?.Then(points) ?? points;

        using var scope = NewDisposeScope();
        var place = Place(frame, objectId, needsMemory: true);
        var previous = place.Object.Latest(frame)?.LowResLogits?.clamp(-PreviousLogitLimit, PreviousLogitLimit);
        var head = Decode(place, frame, features, ModelPoints(all, features.Fpn2.device), previous, languageEmbeds: null, all.Count, decoder: null);
        var masks = Accept(place, frame, features, head);
        place.Object.Points[frame] = all;
        return masks;
    }

    /// <summary>A mask on a frame, taken as it is: it is what the tracker outputs there. An empty mask says that the object is absent.</summary>
    /// <param name="frame">Index of the frame.</param>
    /// <param name="features">Of that frame; borrowed.</param>
    /// <param name="objectId">Any number of the caller's.</param>
    /// <param name="mask01">[H, W] in the video's size; not 0 means inside.</param>
    /// <returns>The masks of all objects on that frame.</returns>
    /// <exception cref="TrackerException">The mask has another size.</exception>
    public FrameMasks AddMask(int frame, ImageFeatures features, int objectId, Tensor mask01)
    {
        CheckFrame(frame, features);
        if (mask01.shape is not [var height, var width] || height != VideoHeight || width != VideoWidth)
            throw new TrackerException($"The mask for object {objectId} is [{string.Join(", ", mask01.shape)}], but the video is {VideoHeight} high and {VideoWidth} wide: give [{VideoHeight}, {VideoWidth}].");

        using var scope = NewDisposeScope();
        var place = Place(frame, objectId, needsMemory: false);
        var size = _sizes.ModelSize;
        var mask = mask01.ne(0).to(ScalarType.Float32, features.Fpn2.device).unsqueeze(0).unsqueeze(0);     // (1, 1, H, W)
        if (height != size || width != size)
            mask = F.interpolate(mask, size, size, antialias: true).ge(0.5).to(ScalarType.Float32);         // (1, 1, S, S)
        var masks = Accept(place, frame, features, _model.UseMaskAsOutput(features, mask));
        place.Object.Points.Remove(frame);
        return masks;
    }

    /// <summary>The embedding of a sentence's [SEG] token on a frame (Sa2VA, section 3.2), decoded in place of points.</summary>
    /// <param name="frame">Index of the frame.</param>
    /// <param name="features">Of that frame; borrowed.</param>
    /// <param name="objectId">Any number of the caller's.</param>
    /// <param name="embeds">[n, C].</param>
    /// <param name="decoder">Another mask decoder than the tracker's (Sa2VA-i), or null.</param>
    /// <returns>The masks of all objects on that frame.</returns>
    /// <exception cref="TrackerException">The embedding has another size, or the frame can no longer be corrected.</exception>
    public FrameMasks AddLanguage(int frame, ImageFeatures features, int objectId, Tensor embeds, Sam2MaskDecoder? decoder = null)
    {
        CheckFrame(frame, features);
        var channels = features.Fpn2.size(1);
        if (embeds.shape is not [_, var width] || width != channels)
            throw new TrackerException($"The language embedding for object {objectId} is [{string.Join(", ", embeds.shape)}]; expected [tokens, {channels}].");

        using var scope = NewDisposeScope();
        var place = Place(frame, objectId, needsMemory: true);
        var prompt = embeds.to(features.Fpn2.device).unsqueeze(0);                                          // (1, n, C)
        var head = Decode(place, frame, features, points: null, maskInput: null, prompt, numPoints: 0, decoder);
        if (_options.SelfFeedback)
            head = Decode(place, frame, features, points: null, Fed(head.LowResMasks), prompt, numPoints: 0, decoder);
        var masks = Accept(place, frame, features, head);
        place.Object.Points.Remove(frame);
        return masks;
    }

    /// <summary>A predicted mask as the dense prompt of another prediction, (B, 1, s, s).</summary>
    internal static Tensor Fed(Tensor lowResMasks) => lowResMasks.clamp(-PreviousLogitLimit, PreviousLogitLimit);

    /// <summary>Where a prompt goes: an initial one starts from the frame alone, any other corrects a walk in some direction.</summary>
    private readonly record struct Placement(ObjectState Object, bool Initial, bool Reverse, bool Conditioning);

    private Placement Place(int frame, int objectId, bool needsMemory)
    {
        var state = _objects.GetValueOrDefault(objectId) ?? new ObjectState(objectId);
        if (state.Walked.DirectionOf(frame) is not { } reverse)
            return new Placement(state, Initial: true, Reverse: false, Conditioning: true);
        if (needsMemory && state.Latest(frame)?.LowResLogits is null)
            throw new TrackerException(
                $"Frame {frame} was tracked already and what object {objectId} looked like there is no longer kept (TrackerOptions.HistoryFrames is {_options.HistoryFrames}). " +
                "Keep more frames, prompt a later frame, or reset the object and track it again from here.");
        return new Placement(state, Initial: false, reverse, _options.AddAllFramesToCorrectAsCond ?? _model.Config.AddAllFramesToCorrectAsCond);
    }

    private HeadOutput Decode(
        Placement place, int frame, ImageFeatures features, PointTensors? points, Tensor? maskInput, Tensor? languageEmbeds, int numPoints, Sam2MaskDecoder? decoder)
    {
        var embedding = place.Initial
            ? _model.WithoutMemory(features.Fpn2)
            : AttendToMemory(features, [Recall(place.Object, frame, place.Reverse)]);
        return _model.ForwardSamHeads(
            embedding, features.HighRes(decoder ?? _model.sam_mask_decoder), points, maskInput, languageEmbeds,
            _model.UsesMultimask(place.Initial, numPoints), decoder, _options.BlankAbsentMasks);
    }

    private FrameMasks Accept(Placement place, int frame, ImageFeatures features, HeadOutput head)
    {
        var state = place.Object;
        var output = Outputs(head, memory: null)[0];
        ObjectState.Put(place.Conditioning ? state.PendingConditioning : state.PendingCorrections, frame, output);
        _objects[state.Id] = state;
        if (_promptedFeatures.Remove(frame, out var replaced)) replaced.Dispose();
        _promptedFeatures[frame] = Kept(features.Fpn2);
        return Masks(frame, state2 => state2.Latest(frame));
    }

    /// <summary>Splits a head's output into what is kept of each row.</summary>
    private FrameOutput[] Outputs(HeadOutput head, Tensor? memory)
    {
        using var scope = NewDisposeScope();
        var masks = WithHolesFilled(head.LowResMasks);
        var ious = head.Ious.amax([1], keepdim: true);                      // (B, 1), the chosen mask's
        var stored = memory?.to(_options.MemoryDtype);
        var kept = new List<Tensor>();
        var outputs = new FrameOutput[masks.size(0)];
        for (var row = 0; row < outputs.Length; row++)
        {
            Tensor Row(Tensor batch)
            {
                kept.Add(Copied(batch.narrow(0, row, 1)));
                return kept[^1];
            }

            outputs[row] = new FrameOutput(
                Row(masks), Row(head.ObjPtr), Row(head.ObjectScoreLogits), Row(ious), stored is null ? null : new MemoryFrame(Row(stored)));
        }
        // All of them or, when memory ran out on the way, none.
        foreach (var tensor in kept) tensor.DetachFromDisposeScope();
        return outputs;
    }

    /// <summary>One row per object; objects without a prediction get the absent object's logits.</summary>
    private FrameMasks Masks(int frame, Func<ObjectState, FrameOutput?> outputOf)
    {
        using var scope = NewDisposeScope();
        var outputs = _objects.Values.Select(outputOf).ToList();
        var sample = outputs.First(output => output?.LowResLogits is not null)!;
        var (shape, device) = (sample.LowResLogits!.shape, sample.LowResLogits.device);
        var masks = cat([.. outputs.Select(output => output?.LowResLogits ?? full(shape, NoObjectScore, device: device))]);
        var scores = cat([.. outputs.Select(output => output?.ObjectScore ?? full([1, 1], NoObjectScore, device: device))]).flatten();
        var ious = cat([.. outputs.Select(output => output?.Iou ?? zeros([1, 1], device: device))]).flatten();
        return new FrameMasks(frame, ObjectIds, masks, scores, ious, _sizes);
    }

    /// <summary>Points in the model's pixels: scaled by the video's size first, then by the model's, in float32.</summary>
    private PointTensors ModelPoints(PointPrompt points, Device device)
    {
        var scaled = new float[points.Coordinates.Length];
        for (var i = 0; i < scaled.Length; i++)
            scaled[i] = points.Coordinates[i] / (i % 2 == 0 ? VideoWidth : VideoHeight) * _sizes.ModelSize;
        return new PointTensors(tensor(scaled, [1, points.Count, 2], device), tensor(points.Labels, [1, points.Count], device));
    }
}
