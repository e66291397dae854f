namespace Sa2VA.Datasets.RefShapes;

/// <summary>
/// An outline as a field: negative inside, positive outside, the distance to the edge near it. Coordinates and distances are in radii of
/// the circle of about the same area; y points down. Static and abstract so that every filling loop is compiled for its own outline.
/// </summary>
internal interface IShapeField
{
    /// <summary>Nothing of the shape lies farther from its centre.</summary>
    static abstract float Reach { get; }

    static abstract float Distance(float x, float y);
}

internal readonly struct CircleField : IShapeField
{
    public static float Reach => 1;

    public static float Distance(float x, float y) => MathF.Sqrt(x * x + y * y) - 1;
}

internal readonly struct SquareField : IShapeField
{
    private const float Half = 0.88f;

    public static float Reach => Half * 1.4143f;

    public static float Distance(float x, float y) => MathF.Max(MathF.Abs(x), MathF.Abs(y)) - Half;
}

internal readonly struct TriangleField : IShapeField
{
    private const float Inner = 0.67f;

    public static float Reach => 2 * Inner;

    public static float Distance(float x, float y) => MathF.Max(y, MathF.Abs(x) * 0.8660254f - y * 0.5f) - Inner;
}

/// <summary>Five points. The plane is folded along the mirror lines until one edge is left.</summary>
internal readonly struct StarField : IShapeField
{
    private const float Tip = 1.42f;
    private const float InnerShare = 0.46f;
    private const float Cos36 = 0.80901699f;
    private const float Sin36 = 0.58778525f;
    private const float EdgeX = InnerShare * Sin36;
    private const float EdgeY = InnerShare * Cos36 - 1;
    private static readonly float EdgeLength = MathF.Sqrt(EdgeX * EdgeX + EdgeY * EdgeY);

    public static float Reach => Tip;

    public static float Distance(float x, float y)
    {
        (x, y) = (MathF.Abs(x), -y);
        var fold = 2 * MathF.Max(Cos36 * x - Sin36 * y, 0);
        (x, y) = (x - fold * Cos36, y + fold * Sin36);
        fold = 2 * MathF.Max(-Cos36 * x - Sin36 * y, 0);
        (x, y) = (MathF.Abs(x + fold * Cos36), y + fold * Sin36 - Tip);
        return (y * EdgeX - x * EdgeY) / EdgeLength;
    }
}

internal readonly struct CrossField : IShapeField
{
    private const float Arm = 1.18f;
    private const float HalfWidth = 0.4f;

    public static float Reach => 1.25f;

    public static float Distance(float x, float y)
    {
        (x, y) = (MathF.Abs(x), MathF.Abs(y));
        return MathF.Min(MathF.Max(x - Arm, y - HalfWidth), MathF.Max(x - HalfWidth, y - Arm));
    }
}

internal readonly struct RingField : IShapeField
{
    private const float Middle = 0.88f;
    private const float HalfWidth = 0.28f;

    public static float Reach => Middle + HalfWidth;

    public static float Distance(float x, float y) => MathF.Abs(MathF.Sqrt(x * x + y * y) - Middle) - HalfWidth;
}
