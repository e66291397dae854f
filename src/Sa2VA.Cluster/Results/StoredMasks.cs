using System.Runtime.CompilerServices;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cluster.Results;

/// <summary>Reads the masks of one run back, step by step.</summary>
public sealed class StoredMasks(IResultStore store, string videoId, IReadOnlyList<int> objectIds, int steps)
{
    /// <summary>The stored steps in order, each with the masks of every object.</summary>
    public async IAsyncEnumerable<StoredStep> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var blocks = new MaskBlock[objectIds.Count];
        for (var step = 0; step < steps; step++)
        {
            if (step % MaskBlock.Frames == 0)
                await LoadAsync(step / MaskBlock.Frames, blocks, cancellationToken);
            var at = step % MaskBlock.Frames;
            var masks = new StoredMask[blocks.Length];
            for (var i = 0; i < blocks.Length; i++) masks[i] = MaskOf(blocks[i], at);
            var frame = blocks[0].Masks[at];
            yield return new StoredStep(step, frame.Frame, frame.Pts, frame.Seconds, masks);
        }
    }

    private static StoredMask MaskOf(MaskBlock block, int at)
    {
        var mask = block.Masks[at];
        return new StoredMask(block.ObjectId, new Rle(block.Height, block.Width, mask.Counts), mask.ObjectScore, mask.PredictedIou);
    }

    private async Task LoadAsync(int index, MaskBlock[] blocks, CancellationToken cancellationToken)
    {
        for (var i = 0; i < blocks.Length; i++)
            blocks[i] = await store.ReadBlockAsync(videoId, objectIds[i], index, cancellationToken)
                ?? throw new InvalidDataException($"Mask block {index} of object {objectIds[i]} is missing from '{videoId}'; the store was changed by hand. Run again with an empty work folder.");
    }
}

/// <summary>One step of a run: which frame of the file it was and the masks of every object.</summary>
/// <param name="Step">From 0.</param>
/// <param name="Frame">Index in the file.</param>
/// <param name="Pts">Presentation timestamp in the stream's time base.</param>
/// <param name="Seconds">Presentation time.</param>
/// <param name="Masks">In the order of the run's objects.</param>
public sealed record StoredStep(int Step, int Frame, long Pts, double Seconds, IReadOnlyList<StoredMask> Masks);

/// <summary>One object's mask in one step. Scores are logits and predicted IoU of the mask decoder; both 0 for an absent object.</summary>
public sealed record StoredMask(int ObjectId, Rle Rle, float ObjectScore, float PredictedIou);
