using Sa2VA.Cluster.Tracking;

namespace Sa2VA.Cluster.Regrounding;

/// <summary>
/// Decides whether an answer overrules the tracker. An answer is right more often than not, and so is a track; therefore a track that
/// nothing speaks against stands until two answers in a row differ from it, and one that is in doubt falls at once.
/// </summary>
internal static class RegroundJudge
{
    /// <summary>Masks that overlap at least so far are of the same object.</summary>
    public const double SameObject = 0.5;

    /// <summary>What comes of an answer.</summary>
    /// <param name="answer">Its mask on the first frame of the window, row by row, 0 or 1.</param>
    /// <param name="track">The tracker's mask one frame before; null when there is none.</param>
    /// <param name="insists">Whether the track is in doubt, or the answer before differed too.</param>
    public static RegroundOutcome Judge(byte[] answer, ObjectMask? track, bool insists)
    {
        if (track is null || track.Area == 0) return RegroundOutcome.Found;
        if (Overlap(answer, track.Pixels) >= SameObject) return RegroundOutcome.Agreed;
        return insists ? RegroundOutcome.Corrected : RegroundOutcome.Differed;
    }

    /// <summary>Intersection over union; 0 of empty masks.</summary>
    public static double Overlap(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        var (both, either) = (0L, 0L);
        for (var i = 0; i < a.Length; i++)
        {
            both += a[i] & b[i];
            either += a[i] | b[i];
        }

        return either == 0 ? 0 : both / (double)either;
    }
}
