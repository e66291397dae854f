using Sa2VA.Tensors;

namespace Sa2VA.Models.Sam2.Tracking;

/// <summary>
/// Works on many objects in as few batches as the device has memory for. A batch that is too large is halved and tried again, and batches stay
/// that small from then on: what did not fit once will not fit on the next frame either.
/// </summary>
/// <param name="makeRoom">Called before each new try: gives back what can be had again.</param>
internal sealed class ObjectBatches(Action makeRoom)
{
    /// <summary>Most objects in a batch.</summary>
    public int Largest { get; private set; } = int.MaxValue;

    /// <summary>Results in the order of the objects.</summary>
    /// <param name="objects">At least one.</param>
    /// <param name="work">Works on a batch; when it runs out of memory it leaves nothing behind.</param>
    /// <exception cref="TensorException">There is not even memory for one object.</exception>
    public List<TResult> Run<TObject, TResult>(IReadOnlyList<TObject> objects, Func<IReadOnlyList<TObject>, IReadOnlyList<TResult>> work)
        where TResult : IDisposable
    {
        var results = new List<TResult>(objects.Count);
        try
        {
            while (results.Count < objects.Count)
            {
                var size = Math.Min(Largest, objects.Count - results.Count);
                try
                {
                    results.AddRange(work([.. objects.Skip(results.Count).Take(size)]));
                }
                catch (TensorException failure) when (failure.IsOutOfMemory && size > 1)
                {
                    Largest = size / 2;
                    makeRoom();
                }
            }

            return results;
        }
        catch
        {
            foreach (var result in results) result.Dispose();
            throw;
        }
    }
}
