using Sa2VA.Models.Sam2;
using Sa2VA.Tensors;
using Sa2VA.Training.Data;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Training.Objectives;

/// <summary>Samples of B clips as tensors of the current scope. Rows of flattened [B, slots] are numbered clip by clip.</summary>
public sealed class TrainingBatch
{
    private readonly IReadOnlyList<ClipSample> _clips;
    private readonly Device _device;

    public TrainingBatch(IReadOnlyList<ClipSample> clips, int trackerSide, int visionSide, int targetSide, Device device)
    {
        (_clips, _device, TargetSide) = (clips, device, targetSide);
        Slots = clips[0].Gaps.Length + 1;
        TrackerFrames = Frames(clip => clip.TrackerPixels, trackerSide);
        VisionFrames = Frames(clip => clip.VisionPixels, visionSide);
        TrackerSide = trackerSide;
    }

    public IReadOnlyList<ClipSample> Clips => _clips;

    public int Slots { get; }

    public int TrackerSide { get; }

    public int TargetSide { get; }

    /// <summary>[B·slots, 3, S, S]</summary>
    public Tensor TrackerFrames { get; }

    /// <summary>[B·key frames, 3, V, V]</summary>
    public Tensor VisionFrames { get; }

    /// <summary>Coverages [n, t, t].</summary>
    public Tensor Coverage(IReadOnlyList<TargetMask> masks)
    {
        var all = new float[masks.Count * TargetSide * TargetSide];
        for (var i = 0; i < masks.Count; i++)
            masks[i].Coverage.CopyTo(all, i * TargetSide * TargetSide);
        return tensor(all, [masks.Count, TargetSide, TargetSide], _device);
    }

    /// <summary>Mask prompts [n, 1, S, S] of 0 and 1.</summary>
    public Tensor Prompts(IReadOnlyList<TargetMask> masks)
    {
        var all = new byte[masks.Count * TrackerSide * TrackerSide];
        for (var i = 0; i < masks.Count; i++)
            masks[i].Prompt.CopyTo(all, i * TrackerSide * TrackerSide);
        return tensor(all, [masks.Count, 1, TrackerSide, TrackerSide], _device).to(float32);
    }

    /// <summary>[n] 1 where something is seen.</summary>
    public Tensor Visible(IEnumerable<TargetMask> masks) => Numbers(masks.Select(mask => mask.IsVisible ? 1f : 0f));

    /// <summary>[n] float32</summary>
    public Tensor Numbers(IEnumerable<float> numbers) => tensor([.. numbers], _device);

    /// <summary>[n] int64</summary>
    public Tensor Indexes(IEnumerable<long> indexes) => tensor([.. indexes], _device);

    /// <summary>The same labels of all clips: [kinds] of [frames of all clips · Side · Side].</summary>
    public IReadOnlyList<Tensor> Labels(Func<ClipSample, DenseLabels> of)
    {
        var each = _clips.Select(of).ToList();
        return [.. Enumerable.Range(0, each[0].Classes.Length).Select(kind => Indexes(each.SelectMany(labels => labels.Classes[kind])))];
    }

    private Tensor Frames(Func<ClipSample, byte[]> of, int side)
    {
        using var scope = NewDisposeScope();
        var parts = _clips.Select(clip => tensor(of(clip), [of(clip).Length / (side * side * 3), side, side, 3], _device)).ToArray();
        return ImageNormalizer.Sam2.Normalize(cat(parts)).MoveToOuterDisposeScope();
    }
}
