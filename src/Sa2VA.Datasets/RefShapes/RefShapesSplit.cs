namespace Sa2VA.Datasets.RefShapes;

/// <summary>Which stream of randomness a video comes from; the splits share none.</summary>
public enum RefShapesSplit
{
    /// <summary>Endless, for all that matters: an index below <see cref="int.MaxValue"/>.</summary>
    Train,

    /// <summary>64 videos of 30 to 48 frames, for choosing among models.</summary>
    Val,

    /// <summary>120 videos of 30 to 48 frames, for reporting.</summary>
    Test,

    /// <summary>6 videos of 3,000 to 3,600 frames, whose objects come back after hundreds of frames.</summary>
    Long,
}
