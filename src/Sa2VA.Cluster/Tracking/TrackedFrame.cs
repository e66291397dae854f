namespace Sa2VA.Cluster.Tracking;

/// <summary>Which frame of the file a step works on.</summary>
internal readonly record struct StepFrame(int Step, int Frame, long Pts, double Seconds)
{
    /// <summary>Whether a scene begins here, where somebody wants to know.</summary>
    public bool IsCut { get; init; }
}

/// <summary>An object's mask as pixels, row by row, 0 or 1, with the decoder's scores.</summary>
internal sealed record ObjectMask(int ObjectId, byte[] Pixels, float ObjectScore, float PredictedIou)
{
    /// <summary>Pixels of the object; counted each time.</summary>
    public int Area => Pixels.AsSpan().Count((byte)1);
}
