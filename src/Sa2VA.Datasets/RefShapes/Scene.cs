namespace Sa2VA.Datasets.RefShapes;

/// <summary>Everything that is in a video, as numbers.</summary>
internal sealed record Scene
{
    public required int FrameCount { get; init; }

    public required IReadOnlyList<ShapeObject> Objects { get; init; }

    public required IReadOnlyList<Wall> Walls { get; init; }

    /// <summary>From back to front: an object's index, or ~k for wall k.</summary>
    public required IReadOnlyList<int> Layers { get; init; }

    public required Camera Camera { get; init; }

    /// <summary>How much the light changes, as a share, and how fast in radians a frame.</summary>
    public required float Flicker { get; init; }

    /// <inheritdoc cref="Flicker"/>
    public required float FlickerRhythm { get; init; }

    public float LightAt(int frame) => 1 + Flicker * PortableMath.Sin(FlickerRhythm * frame);

    public Pose PoseOf(int index, int frame, in View view)
    {
        var body = Objects[index].Body;
        var (worldX, worldY) = body.Path.At(frame);
        var (x, y) = view.ToScreen(worldX, worldY);
        var angle = body.AngleAt(frame);
        return new Pose(x, y, body.RadiusAt(frame) * view.Zoom, PortableMath.Cos(angle), PortableMath.Sin(angle));
    }
}

/// <summary>An object on the screen: centre and radius in pixels, and the direction of its own x axis.</summary>
internal readonly record struct Pose(float X, float Y, float Radius, float Cos, float Sin);
