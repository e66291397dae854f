using Sa2VA.Tensors;

namespace Sa2VA.Models.Sam2;

/// <summary>What the heads say about B objects on a frame. The tensors belong to the scope of the caller.</summary>
/// <param name="LowResMultimasks">[B, M, s, s] logits of all candidates (M = 3 for an ambiguous prompt, else 1), s a quarter of the input side.</param>
/// <param name="Ious">[B, M] predicted IoU of each candidate.</param>
/// <param name="LowResMasks">[B, 1, s, s] logits of the chosen candidate.</param>
/// <param name="HighResMasks">[B, 1, S, S] the same at the input's size.</param>
/// <param name="ObjPtr">[B, C]</param>
/// <param name="ObjectScoreLogits">[B, 1]; above 0 the object is visible.</param>
public sealed record HeadOutput(Tensor LowResMultimasks, Tensor Ious, Tensor LowResMasks, Tensor HighResMasks, Tensor ObjPtr, Tensor ObjectScoreLogits)
{
    /// <summary>Hands all tensors to the scope around the current one.</summary>
    internal HeadOutput MoveToOuterDisposeScope()
    {
        LowResMultimasks.MoveToOuterDisposeScope();
        Ious.MoveToOuterDisposeScope();
        if (!ReferenceEquals(LowResMasks, LowResMultimasks))
            LowResMasks.MoveToOuterDisposeScope();
        HighResMasks.MoveToOuterDisposeScope();
        ObjPtr.MoveToOuterDisposeScope();
        ObjectScoreLogits.MoveToOuterDisposeScope();
        return this;
    }
}

/// <summary>Points for B objects, as many for each, in pixels of the model's input.</summary>
/// <param name="Coordinates">[B, P, 2] (x, y), float32</param>
/// <param name="Labels">[B, P] int32: 1 positive, 0 negative, 2 and 3 the corners of a box, -1 padding.</param>
public sealed record PointTensors(Tensor Coordinates, Tensor Labels);
