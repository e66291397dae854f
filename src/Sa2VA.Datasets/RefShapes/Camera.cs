namespace Sa2VA.Datasets.RefShapes;

/// <summary>Where the camera looks on one frame: the world point at the middle of the picture, and screen pixels per world pixel.</summary>
/// <param name="ShakeX">Screen pixels; what the hand does, which nobody counts as motion of the objects.</param>
/// <param name="ShakeY">As <paramref name="ShakeX"/>.</param>
internal readonly record struct View(float X, float Y, float Zoom, float ShakeX, float ShakeY)
{
    public (float X, float Y) ToScreen(float worldX, float worldY) =>
        ((worldX - X) * Zoom + RefShapesVideo.FrameWidth / 2f + ShakeX, (worldY - Y) * Zoom + RefShapesVideo.FrameHeight / 2f + ShakeY);
}

/// <summary>Mild camera motion: from one view to another, once over a short video, again and again over a long one.</summary>
internal sealed record Camera
{
    /// <summary>The farthest the middle of the picture goes from the middle of the world, world pixels.</summary>
    public const float MaxPanX = 18;

    /// <inheritdoc cref="MaxPanX"/>
    public const float MaxPanY = 12;

    /// <summary>The largest shake, screen pixels.</summary>
    public const float MaxShake = 1.6f;

    public (float X, float Y, float Zoom) From { get; init; } = (0, 0, 1);

    public (float X, float Y, float Zoom) To { get; init; } = (0, 0, 1);

    /// <summary>Frames from the first view to the second.</summary>
    public required float Duration { get; init; }

    /// <summary>Whether it goes back and forth rather than once.</summary>
    public bool Repeats { get; init; }

    public float Shake { get; init; }

    public ulong ShakeSeed { get; init; }

    public View At(int frame)
    {
        var share = Repeats ? 0.5f - 0.5f * PortableMath.Cos(MathF.PI * frame / Duration) : frame / Duration;
        return new View(
            RefShapesVideo.FrameWidth / 2f + PortableMath.Lerp(From.X, To.X, share),
            RefShapesVideo.FrameHeight / 2f + PortableMath.Lerp(From.Y, To.Y, share),
            PortableMath.Lerp(From.Zoom, To.Zoom, share),
            Shake * Jolt(frame, 0), Shake * Jolt(frame, 1));
    }

    /// <summary>-1 to 1, half of it carried over from the frame before.</summary>
    private float Jolt(int frame, int axis) => Shake == 0 ? 0 : 0.5f * (Noise(frame, axis) + Noise(frame + 1, axis));

    private float Noise(int frame, int axis) =>
        (RandomStream.Mix(ShakeSeed + (ulong)(frame * 2 + axis)) >> 40) * (2f / (1 << 24)) - 1;
}
