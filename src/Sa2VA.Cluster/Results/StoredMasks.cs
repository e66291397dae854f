using System.Runtime.CompilerServices;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cluster.Results;

/// <summary>Reads the masks of one run back, step by step.</summary>
public sealed class StoredMasks(IResultStore store, string videoId, IReadOnlyList<int> objectIds, int steps)
{
    /// <summary>The stored steps in order, each with the masks of every object. Blocks are read ahead.</summary>
    public async IAsyncEnumerable<StoredStep> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var addresses = Enumerable.Range(0, (steps + MaskBlock.Frames - 1) / MaskBlock.Frames).SelectMany(index => objectIds.Select(id => new BlockAddress(id, index)));
        using var address = addresses.GetEnumerator();
        var row = new List<MaskBlock>(objectIds.Count);
        var step = 0;
        await foreach (var block in store.ReadBlocksAsync(videoId, addresses, cancellationToken: cancellationToken))
        {
            address.MoveNext();
            row.Add(Check(block, address.Current));
            if (row.Count < objectIds.Count) continue;
            for (var at = 0; at < MaskBlock.Frames && step < steps; at++, step++)
            {
                var frame = row[0].Masks[at];
                yield return new StoredStep(step, frame.Frame, frame.Pts, frame.Seconds, [.. row.Select(b => MaskOf(b, at))]);
            }

            row.Clear();
        }
    }

    /// <summary>One stored step, from the block of each object that holds it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not stored.</exception>
    public async Task<StoredStep> ReadStepAsync(int step, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(step, steps);
        var (index, at) = (step / MaskBlock.Frames, step % MaskBlock.Frames);
        var addresses = objectIds.Select(id => new BlockAddress(id, index)).ToList();
        var row = new List<MaskBlock>(objectIds.Count);
        await foreach (var block in store.ReadBlocksAsync(videoId, addresses, cancellationToken: cancellationToken))
            row.Add(Check(block, addresses[row.Count]));
        var frame = row[0].Masks[at];
        return new StoredStep(step, frame.Frame, frame.Pts, frame.Seconds, [.. row.Select(block => MaskOf(block, at))]);
    }

    private MaskBlock Check(MaskBlock? block, BlockAddress address)
    {
        var due = Math.Min(MaskBlock.Frames, steps - address.Index * MaskBlock.Frames);
        return block is not null && block.Masks.Count >= due ? block : throw new InvalidDataException(
            $"Mask block {address.Index} of object {address.ObjectId} of '{videoId}' should have {due} masks and has {block?.Masks.Count ?? 0}; the store was changed by hand. Remove the masks of this video and run it again.");
    }

    private static StoredMask MaskOf(MaskBlock block, int at)
    {
        var mask = block.Masks[at];
        return new StoredMask(block.ObjectId, new Rle(block.Height, block.Width, mask.Counts), mask.ObjectScore, mask.PredictedIou);
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
