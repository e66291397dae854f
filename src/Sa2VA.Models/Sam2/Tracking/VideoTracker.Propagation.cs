using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;
using F = Sa2VA.Tensors.torch.nn.functional;

namespace Sa2VA.Models.Sam2.Tracking;

// Propagation: prompts become memory, and memory becomes masks.
public sealed partial class VideoTracker
{
    /// <summary>
    /// Encodes the memory of everything that was prompted since the last walk. <see cref="Track"/> does it where the caller has not.
    /// </summary>
    /// <exception cref="TrackerException">There is no object, or one without a prompt.</exception>
    public void BeginPropagation()
    {
        if (_objects.Count == 0)
            throw new TrackerException("There is nothing to track: no object was prompted. Add points, a box, a mask or a sentence first.");
        if (_objects.Values.FirstOrDefault(state => !state.HasPrompt) is { } unprompted)
            throw new TrackerException($"Object {unprompted.Id} has no prompt. Add points, a box, a mask or a sentence for it, or remove it.");

        foreach (var state in _objects.Values)
        {
            List<int> prompted = [.. state.PendingCorrections.Keys, .. state.PendingConditioning.Keys];
            Consolidate(state.PendingCorrections, state.Tracked);
            Consolidate(state.PendingConditioning, state.Conditioning);
            if (_model.Config.ClearNonCondMemAroundInput) state.ForgetAround(prompted, _rules.TemporalStride * _rules.NumMaskmem);
            // A conditioning frame has one output: what was tracked there before is void.
            foreach (var frame in state.Conditioning.Keys) ObjectState.Release(state.Tracked, frame);
        }
        ReleaseUnusedFeatures();
    }

    /// <summary>
    /// Predicts every object on one frame from memory and remembers the frame. Where an object was prompted its mask is output as it
    /// was predicted then. Memory looks at frame numbers: give consecutive numbers to the frames of a walk, also where it takes only
    /// every n-th frame of the video. A gap is not an error, but what lies in it is not remembered.
    /// </summary>
    /// <param name="frame">Index of the frame.</param>
    /// <param name="features">Of that frame; borrowed. May be null where <see cref="NeedsFeatures"/> says so.</param>
    /// <param name="reverse">True when walking towards frame 0.</param>
    /// <returns>The masks of all objects.</returns>
    /// <exception cref="TrackerException">There is no object, or one without a prompt.</exception>
    public FrameMasks Track(int frame, ImageFeatures? features, bool reverse = false)
    {
        CheckFrame(frame, features);
        BeginPropagation();

        using var scope = NewDisposeScope();
        var unknown = _objects.Values.Where(state => !state.Conditioning.ContainsKey(frame)).ToList();
        if (unknown.Count > 0)
        {
            if (features is null)
                throw new TrackerException($"Frame {frame} needs its image features: object {unknown[0].Id} was not prompted there.");
            foreach (var (state, output) in unknown.Zip(Predict(unknown, frame, features, reverse))) ObjectState.Put(state.Tracked, frame, output);
        }

        var masks = Masks(frame, state => state.Conditioning.GetValueOrDefault(frame) ?? state.Tracked[frame]);
        foreach (var state in _objects.Values)
        {
            state.Walked.Add(frame, reverse);
            state.ForgetDerived(new MemoryRetention(_rules, frame, reverse, history: 0));
            if (_options.HistoryFrames != int.MaxValue) state.Forget(new MemoryRetention(_rules, frame, reverse, _options.HistoryFrames));
        }
        return masks;
    }

    /// <summary>All objects share the passes through memory attention, decoder and memory encoder, as far as there is memory for them.</summary>
    private List<FrameOutput> Predict(List<ObjectState> states, int frame, ImageFeatures features, bool reverse)
    {
        try
        {
            return _batches.Run(states, batch => PredictBatch(batch, frame, features, reverse));
        }
        catch (TensorException failure) when (failure.IsOutOfMemory)
        {
            throw new TensorException(
                $"out of memory at frame {frame}, with one object at a time: {_objects.Count} object(s) that hold {MemoryBytes >> 20} MiB of memories, " +
                $"a model input of {_sizes.ModelSize} x {_sizes.ModelSize}, a video of {VideoWidth} x {VideoHeight}. {failure.Message}",
                failure);
        }
    }

    private FrameOutput[] PredictBatch(IReadOnlyList<ObjectState> states, int frame, ImageFeatures features, bool reverse)
    {
        using var scope = NewDisposeScope();
        var embedding = AttendToMemory(features, [.. states.Select(state => Recall(state, frame, reverse))]);       // (B, C, h, w)
        var head = _model.ForwardSamHeads(
            embedding, features.HighRes(_model.sam_mask_decoder), points: null, maskInput: null, languageEmbeds: null,
            _model.UsesMultimask(isInitialPrompt: false, points: 0), blankAbsent: _options.BlankAbsentMasks);
        var memory = _model.EncodeMemory(features.Fpn2, head.HighResMasks, head.ObjectScoreLogits, isMaskFromPoints: false);    // (B, D, h, w)
        return Outputs(head, memory);
    }

    /// <summary>Keys that attention made of memories are made again when they are needed, with the same bits: they go first.</summary>
    private void DropKeys()
    {
        _keepsKeys = false;
        foreach (var state in _objects.Values) state.DropDerived();
    }

    private void Consolidate(OrderedDictionary<int, FrameOutput> pending, IDictionary<int, FrameOutput> outputs)
    {
        foreach (var (frame, output) in pending.ToList())
        {
            using var scope = NewDisposeScope();
            // The mask as it was shown (low resolution, holes filled) is what is remembered of a prompt.
            var mask = F.interpolate(output.LowResLogits!, _sizes.ModelSize, _sizes.ModelSize);                     // (1, 1, S, S)
            var memory = _model.EncodeMemory(_promptedFeatures[frame], mask, output.ObjectScore, isMaskFromPoints: true);
            output.Remember(new MemoryFrame(Kept(memory.to(_options.MemoryDtype))));
            ObjectState.Put(outputs, frame, output);
            pending.Remove(frame);
        }
    }
}
