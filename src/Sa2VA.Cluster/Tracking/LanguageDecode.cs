using Sa2VA.Models.Sam2;
using Sa2VA.Tensors;
using static Sa2VA.Tensors.torch;
using F = Sa2VA.Tensors.torch.nn.functional;

namespace Sa2VA.Cluster.Tracking;

/// <summary>
/// Sa2VA-i's decode of a key frame, as in training: no memory, the fine-tuned decoder where the checkpoint has one,
/// the candidate of the best predicted IoU, and no blanking of objects that the score calls absent.
/// </summary>
internal static class LanguageDecode
{
    /// <summary>The mask [H, W] of 0 and 1, in the caller's scope.</summary>
    public static Tensor Mask(Sam2Model model, Sam2MaskDecoder decoder, ImageFeatures features, float[] embedding, int height, int width)
    {
        using var scope = NewDisposeScope();
        var prompt = tensor(embedding, [1, 1, embedding.Length], model.Device);
        var head = model.ForwardSamHeads(
            model.WithoutMemory(features.Fpn2), features.HighRes(decoder), points: null, maskInput: null, prompt,
            model.UsesMultimask(isInitialPrompt: true, points: 0), decoder, blankAbsent: false);
        return F.interpolate(head.LowResMasks, height, width).gt(0).squeeze(0).squeeze(0).to(ScalarType.Byte).MoveToOuterDisposeScope();
    }
}
