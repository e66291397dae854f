namespace Sa2VA.Datasets.RefShapes;

/// <summary>What words leave out: where an object goes, how it turns and grows, and its exact colour.</summary>
internal sealed record ShapeBody
{
    public static ShapeBody Nowhere { get; } = new() { Path = MotionPath.Through(MotionKind.Still, (0, -1000, -1000)), Radius = 1 };

    public required MotionPath Path { get; init; }

    /// <summary>Radius of the circle of about the same area, world pixels.</summary>
    public required float Radius { get; init; }

    /// <summary>Radians at frame 0; radians a frame.</summary>
    public float Angle { get; init; }

    /// <inheritdoc cref="Angle"/>
    public float Spin { get; init; }

    /// <summary>Swinging to and fro, radians; too little to be called a spin.</summary>
    public float Swing { get; init; }

    /// <summary>How much it grows and shrinks, as a share of the radius.</summary>
    public float Breath { get; init; }

    /// <summary>Of swing and breath, radians a frame.</summary>
    public float Rhythm { get; init; }

    /// <summary>Added to the named colour, per channel.</summary>
    public (float R, float G, float B) Tint { get; init; }

    public float AngleAt(int frame) => Angle + Spin * frame + Swing * PortableMath.Sin(Rhythm * frame);

    public float RadiusAt(int frame) => Radius * (1 + Breath * PortableMath.Sin(Rhythm * frame + Angle));
}
