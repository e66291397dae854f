namespace Sa2VA.Datasets.RefShapes;

/// <summary>
/// How one object moves on the screen, over the steps at whose both ends it is seen. Pixels; the camera's pan and zoom count, as they do
/// for whoever watches, its shake does not.
/// </summary>
internal readonly record struct MotionFacts
{
    /// <summary>Fewer steps say nothing about motion.</summary>
    public const int FewestSteps = 8;

    public required int Steps { get; init; }

    /// <summary>Distance travelled to each side, each at least 0.</summary>
    public required float Left { get; init; }

    /// <inheritdoc cref="Left"/>
    public required float Right { get; init; }

    /// <inheritdoc cref="Left"/>
    public required float Up { get; init; }

    /// <inheritdoc cref="Left"/>
    public required float Down { get; init; }

    /// <summary>The way it went.</summary>
    public required float Travel { get; init; }

    /// <summary>Pixels a frame.</summary>
    public required float Speed { get; init; }

    /// <summary>The larger side of the box around all places where it is seen.</summary>
    public required float Extent { get; init; }

    public static MotionFacts Measure(Timeline timeline, int index)
    {
        var (steps, left, right, up, down, travel) = (0, 0f, 0f, 0f, 0f, 0f);
        var (lowX, lowY, highX, highY) = (float.MaxValue, float.MaxValue, float.MinValue, float.MinValue);
        for (var s = 0; s < timeline.Samples; s++)
        {
            if (!timeline.Seen(index, s)) continue;
            var (x, y) = timeline.Centre(index, s);
            (lowX, lowY, highX, highY) = (MathF.Min(lowX, x), MathF.Min(lowY, y), MathF.Max(highX, x), MathF.Max(highY, y));
            if (s == 0 || !timeline.Seen(index, s - 1)) continue;
            var (fromX, fromY) = timeline.Centre(index, s - 1);
            var (dx, dy) = (x - fromX, y - fromY);
            steps++;
            (left, right) = (left + MathF.Max(0, -dx), right + MathF.Max(0, dx));
            (up, down) = (up + MathF.Max(0, -dy), down + MathF.Max(0, dy));
            travel += MathF.Sqrt(dx * dx + dy * dy);
        }

        return new MotionFacts
        {
            Steps = steps, Left = left, Right = right, Up = up, Down = down, Travel = travel,
            Speed = steps == 0 ? 0 : travel / (steps * timeline.Stride),
            Extent = steps == 0 ? 0 : MathF.Max(highX - lowX, highY - lowY),
        };
    }
}
