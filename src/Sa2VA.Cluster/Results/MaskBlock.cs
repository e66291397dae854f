namespace Sa2VA.Cluster.Results;

/// <summary>Up to <see cref="Frames"/> consecutive steps of one object: the unit that is stored, checked and chained.</summary>
/// <param name="ObjectId">The object.</param>
/// <param name="Index">The block holds steps Index * 64 and on.</param>
/// <param name="Height">Pixels of every mask.</param>
/// <param name="Width">Pixels of every mask.</param>
/// <param name="Masks">In step order, without gaps.</param>
public sealed record MaskBlock(int ObjectId, int Index, int Height, int Width, IReadOnlyList<BlockMask> Masks)
{
    /// <summary>Steps in a full block.</summary>
    public const int Frames = 64;
}

/// <summary>One mask in a block. <paramref name="Counts"/> is the compressed COCO string.</summary>
public sealed record BlockMask(int Frame, long Pts, double Seconds, float ObjectScore, float PredictedIou, string Counts);
