namespace Sa2VA.Datasets.RefShapes;

/// <summary>The named colours, far enough apart that a little more or less light does not change the name.</summary>
internal static class Palette
{
    /// <summary>The dark tone of stripes, dots and checks, as a share of the colour.</summary>
    public const float DarkShare = 0.4f;

    public static (float R, float G, float B) Of(ShapeColour colour) => colour switch
    {
        ShapeColour.Red => (222, 28, 36),
        ShapeColour.Orange => (250, 138, 14),
        ShapeColour.Yellow => (250, 228, 30),
        ShapeColour.Green => (34, 168, 48),
        ShapeColour.Cyan => (50, 218, 226),
        ShapeColour.Blue => (36, 70, 224),
        ShapeColour.Purple => (158, 48, 206),
        _ => (244, 244, 244),
    };
}
