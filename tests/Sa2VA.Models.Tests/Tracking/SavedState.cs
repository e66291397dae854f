using Sa2VA.Tensors;

namespace Sa2VA.Models.Tests.Tracking;

/// <summary>A saved tracker's tensors by object, frame and part; a frame is a conditioning one or a tracked one.</summary>
public sealed class SavedState(IReadOnlyDictionary<string, Tensor> tensors)
{
    /// <summary>Every frame that an object has an output of, ascending.</summary>
    public IReadOnlyList<int> Frames(int objectId) =>
        [.. tensors.Keys.Select(name => name.Split('.')).Where(parts => parts is ["object", var id, "conditioning" or "tracked", _, "pointer"] && int.Parse(id) == objectId)
            .Select(parts => int.Parse(parts[3])).Order()];

    /// <summary>One part of an output: mask, pointer, score, iou or memory.</summary>
    public Tensor Part(int objectId, int frame, string part) =>
        tensors.GetValueOrDefault($"object.{objectId}.conditioning.{frame}.{part}") ?? tensors[$"object.{objectId}.tracked.{frame}.{part}"];
}
