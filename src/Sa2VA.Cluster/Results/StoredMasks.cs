using System.Runtime.CompilerServices;
using Sa2VA.Media.Masks;

namespace Sa2VA.Cluster.Results;

/// <summary>Reads the masks of one run back, step by step.</summary>
/// <param name="store">Where from.</param>
/// <param name="videoId">Whose.</param>
/// <param name="objects">The objects in order of their ids; none has more steps than the first.</param>
public sealed class StoredMasks(IResultStore store, string videoId, IReadOnlyList<StoredSteps> objects)
{
    private readonly int _steps = objects.Count == 0 ? 0 : objects[0].Steps;

    /// <summary>Masks of objects that are equally far.</summary>
    public StoredMasks(IResultStore store, string videoId, IReadOnlyList<int> objectIds, int steps)
        : this(store, videoId, [.. objectIds.Select(id => new StoredSteps(id, steps))])
    {
    }

    /// <summary>The stored steps in order, each with the masks of every object that is so far. Blocks are read ahead.</summary>
    public async IAsyncEnumerable<StoredStep> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var addresses = Enumerable.Range(0, (_steps + MaskBlock.Frames - 1) / MaskBlock.Frames).SelectMany(AddressesIn);
        using var address = addresses.GetEnumerator();
        var row = new List<MaskBlock>(objects.Count);
        var step = 0;
        await foreach (var block in store.ReadBlocksAsync(videoId, addresses, cancellationToken: cancellationToken))
        {
            address.MoveNext();
            row.Add(Check(block, address.Current));
            if (row.Count < AddressesIn(address.Current.Index).Count()) continue;
            for (var at = 0; at < MaskBlock.Frames && step < _steps; at++, step++) yield return StepOf(row, step, at);
            row.Clear();
        }
    }

    /// <summary>One stored step, from the block of each object that holds it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not stored.</exception>
    public async Task<StoredStep> ReadStepAsync(int step, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(step, _steps);
        var addresses = AddressesIn(step / MaskBlock.Frames).ToList();
        var row = new List<MaskBlock>(objects.Count);
        await foreach (var block in store.ReadBlocksAsync(videoId, addresses, cancellationToken: cancellationToken))
            row.Add(Check(block, addresses[row.Count]));
        return StepOf(row, step, step % MaskBlock.Frames);
    }

    private IEnumerable<BlockAddress> AddressesIn(int index)
        => objects.Where(one => one.Steps > index * MaskBlock.Frames).Select(one => new BlockAddress(one.ObjectId, index));

    private StoredStep StepOf(List<MaskBlock> row, int step, int at)
    {
        var frame = row[0].Masks[at];
        var far = objects.Where(one => one.Steps > step).Select(one => one.ObjectId).ToHashSet();
        return new StoredStep(step, frame.Frame, frame.Pts, frame.Seconds, [.. row.Where(block => far.Contains(block.ObjectId)).Select(block => MaskOf(block, at))]);
    }

    private MaskBlock Check(MaskBlock? block, BlockAddress address)
    {
        var due = Math.Min(MaskBlock.Frames, objects.First(one => one.ObjectId == address.ObjectId).Steps - address.Index * MaskBlock.Frames);
        return block is not null && block.Masks.Count >= due ? block : throw new InvalidDataException(
            $"Mask block {address.Index} of object {address.ObjectId} of '{videoId}' should have {due} masks and has {block?.Masks.Count ?? 0}; the store was changed by hand. Remove the masks of this video and run it again.");
    }

    private static StoredMask MaskOf(MaskBlock block, int at)
    {
        var mask = block.Masks[at];
        return new StoredMask(block.ObjectId, new Rle(block.Height, block.Width, mask.Counts), mask.ObjectScore, mask.PredictedIou);
    }
}

/// <summary>How far an object is.</summary>
/// <param name="ObjectId">Which.</param>
/// <param name="Steps">Steps that have its mask, from the first.</param>
public readonly record struct StoredSteps(int ObjectId, int Steps);

/// <summary>One step of a run: which frame of the file it was and the masks of every object.</summary>
/// <param name="Step">From 0.</param>
/// <param name="Frame">Index in the file.</param>
/// <param name="Pts">Presentation timestamp in the stream's time base.</param>
/// <param name="Seconds">Presentation time.</param>
/// <param name="Masks">In the order of the run's objects, of those that are so far.</param>
public sealed record StoredStep(int Step, int Frame, long Pts, double Seconds, IReadOnlyList<StoredMask> Masks);

/// <summary>One object's mask in one step. Scores are logits and predicted IoU of the mask decoder; both 0 for an absent object.</summary>
public sealed record StoredMask(int ObjectId, Rle Rle, float ObjectScore, float PredictedIou);
