namespace Sa2VA.Datasets;

/// <summary>How much a pickle may ask for.</summary>
internal sealed record PickleLimits
{
    public static PickleLimits Default { get; } = new();

    /// <summary>Largest file, bytes; it is held in memory. Default 1 GiB.</summary>
    public long MaxBytes { get; init; } = 1L << 30;

    /// <summary>Most objects (texts, numbers, containers). Default 64 million, a few times the largest published set of masks.</summary>
    public long MaxObjects { get; init; } = 64_000_000;

    /// <summary>Most containers begun inside one another. Default 1,000, as deep as Python itself goes.</summary>
    public int MaxDepth { get; init; } = 1_000;
}
