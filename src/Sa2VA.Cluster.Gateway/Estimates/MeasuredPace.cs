using Sa2VA.Cluster.Jobs;

namespace Sa2VA.Cluster.Gateway.Estimates;

/// <summary>
/// How fast a video would be tracked, by the earlier videos of its model that are most like it: as large and with as many questions, where enough of them
/// were measured, else with as many questions, else as large, else any. Questions come first: each object has a mask of its own in every frame, while
/// models look at frames of any size in one size.
/// </summary>
internal sealed class MeasuredPace
{
    // A single video may have waited for a model to be loaded, or for another one's turn.
    private const int Enough = 3;

    // Frames a second where nothing was measured: that of a small model on a few processor cores.
    private const double Guess = 5;

    // Pixels of a frame: up to about 480p, 720p, 1080p, and more.
    private static readonly long[] Sizes = [500_000, 1_000_000, 2_500_000];

    // Questions: 1, 2, up to 4, up to 8, and more.
    private static readonly long[] Counts = [1, 2, 4, 8];

    private readonly IReadOnlyList<MeasuredVideo> _measured;

    /// <param name="measured">Earlier videos of the model.</param>
    public MeasuredPace(IReadOnlyList<MeasuredVideo> measured) => _measured = [.. measured.Where(video => video.Seconds > 0)];

    /// <summary>Of all that was measured.</summary>
    public Pace Overall => Of(EstimateBasisKind.Model, _measured);

    /// <summary>Of a video.</summary>
    /// <param name="pixels">Of a frame; null when nobody knows.</param>
    /// <param name="targets">Things to be found.</param>
    public Pace Of(long? pixels, int targets)
    {
        var asMany = _measured.Where(video => ClassOf(video.Targets, Counts) == ClassOf(targets, Counts)).ToList();
        var alike = asMany.Where(video => IsAsLarge(video, pixels)).ToList();
        if (alike.Count >= Enough) return Of(EstimateBasisKind.SizeAndTargets, alike);
        if (asMany.Count >= Enough) return Of(EstimateBasisKind.Targets, asMany);
        var asLarge = _measured.Where(video => IsAsLarge(video, pixels)).ToList();
        return asLarge.Count >= Enough ? Of(EstimateBasisKind.Size, asLarge) : Overall;
    }

    private static bool IsAsLarge(MeasuredVideo video, long? pixels) => pixels is { } wanted && video.Pixels is { } known && ClassOf(known, Sizes) == ClassOf(wanted, Sizes);

    private static int ClassOf(long value, long[] limits) => limits.Count(limit => value > limit);

    private static Pace Of(EstimateBasisKind kind, IReadOnlyList<MeasuredVideo> measured)
    {
        var (frames, seconds) = (measured.Sum(video => video.Frames), measured.Sum(video => video.Seconds));
        return seconds > 0 ? new Pace(frames / seconds, measured.Count, kind) : new Pace(Guess, 0, EstimateBasisKind.Guess);
    }
}

/// <summary>A pace, and where it is from.</summary>
internal readonly record struct Pace(double FramesPerSecond, int Videos, EstimateBasisKind Kind);
