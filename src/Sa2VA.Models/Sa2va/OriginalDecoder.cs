using Sa2VA.Models.Checkpoints;
using Sa2VA.Models.Sam2;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;

namespace Sa2VA.Models.Sa2va;

/// <summary>
/// The mask decoder of a plain SAM 2 checkpoint beside a plain Sa2VA, whose own decoder was fine-tuned: with both, the recipe of Sa2VA-i can
/// be followed without its weights.
/// </summary>
internal sealed class OriginalDecoder : IDisposable
{
    private readonly CheckpointStore _store;

    private OriginalDecoder(CheckpointStore store, WeightScope scope) => (_store, Scope) = (store, scope);

    /// <summary>Where its tensors are.</summary>
    public WeightScope Scope { get; }

    /// <summary>Opens a SAM 2 checkpoint whose sizes are those of a Sa2VA's tracker.</summary>
    /// <param name="sam2">Folder or safetensors file of the SAM 2.</param>
    /// <param name="folder">Folder of the Sa2VA.</param>
    /// <param name="device">Where it is needed.</param>
    /// <param name="type">Compute type of the tracker.</param>
    /// <exception cref="ModelFolderException">One of the two is of another kind, or they do not fit together.</exception>
    public static OriginalDecoder Open(string sam2, string folder, Device device, ScalarType type)
    {
        string prefix;
        using (var plain = ModelFolder.Open(sam2))
        using (var model = ModelFolder.Open(folder))
        {
            if (plain.Kind != ModelKind.Sam2)
                throw new ModelFolderException($"'{sam2}' is to give the original mask decoder, but it is no plain SAM 2 checkpoint. Give one of the size of the model's tracker.");
            if (model.TrackerPrefix is not { } tracker)
                throw new ModelFolderException($"'{folder}' has no tracker. Fetch the whole folder of the model.");
            prefix = plain.TrackerPrefix!;
            Compare(sam2, Sam2Shape.Of(plain.Weights, prefix), folder, Sam2Shape.Of(model.Weights, tracker));
        }

        var store = CheckpointStore.Open(sam2, device);
        return new OriginalDecoder(store, new WeightScope(store, prefix.TrimEnd('.'), type)[SamHeads.DecoderScope]);
    }

    public void Dispose() => _store.Dispose();

    private static void Compare(string sam2, Sam2Shape plain, string folder, Sam2Shape tracker)
    {
        if (tracker.HasModifiedDecoder)
            throw new ModelFolderException($"'{folder}' is a Sa2VA-i and has SAM 2's own mask decoder already. Leave out the second folder, '{sam2}'.");
        if (Named(plain) == Named(tracker))
            return;
        throw new ModelFolderException(
            $"'{sam2}' is {Named(plain)}, but the tracker of '{folder}' is {Named(tracker)}: the mask decoder of one does not fit the other. Give the SAM 2 that the model was made from.");
    }

    private static string Named(Sam2Shape shape) =>
        $"SAM {shape.Version} {shape.Size ?? $"with a trunk of {shape.Blocks} blocks from {shape.EmbedDim} channels"}, features of {shape.HiddenWidth} and memories of {shape.MemoryWidth} channels";
}
