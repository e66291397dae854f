namespace Sa2VA.Cluster.Results;

/// <summary>
/// Where masks are kept. Writing the same masks twice leaves the same bytes. Each write carries the owner's epoch and
/// is refused with <see cref="Sa2VA.Actors.Journaling.FencedException"/> when a higher one has claimed the video.
/// </summary>
public interface IResultStore
{
    /// <summary>Makes every write with a lower epoch fail from now on.</summary>
    Task ClaimAsync(string videoId, long epoch, CancellationToken cancellationToken);

    /// <summary>Stores a block in place of any older form of it; durable when it returns.</summary>
    Task WriteBlockAsync(string videoId, long epoch, MaskBlock block, CancellationToken cancellationToken);

    /// <summary>A stored block, or null. A damaged one is an <see cref="InvalidDataException"/> that names it.</summary>
    Task<MaskBlock?> ReadBlockAsync(string videoId, int objectId, int index, CancellationToken cancellationToken);

    /// <summary>
    /// SHA-256 chain over the object's blocks 0 to <paramref name="blocks"/> - 1: h(0) = 32 zero bytes,
    /// h(i+1) = SHA-256(h(i), stored bytes of block i). Two runs agree when their chains agree.
    /// </summary>
    Task<string> ChainAsync(string videoId, int objectId, int blocks, CancellationToken cancellationToken);
}
