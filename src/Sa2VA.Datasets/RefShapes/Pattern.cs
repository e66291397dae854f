namespace Sa2VA.Datasets.RefShapes;

/// <summary>The pattern on an object: how much of the bright tone (0 to 1) is at a point of its surface, soft over one pixel.</summary>
internal readonly struct Pattern(ShapeTexture texture, ShapeSize size)
{
    private readonly float _period = (texture, size) switch
    {
        (ShapeTexture.Striped, ShapeSize.Small) => 7f,
        (ShapeTexture.Striped, _) => 8.5f,
        (ShapeTexture.Dotted, ShapeSize.Small) => 7f,
        (ShapeTexture.Dotted, _) => 9f,
        (ShapeTexture.Checkered, ShapeSize.Small) => 10f,
        _ => 13f,
    };

    /// <summary>Coordinates in pixels from the object's centre, in its own directions.</summary>
    public float Brightness(float x, float y)
    {
        switch (texture)
        {
            case ShapeTexture.Striped:
                return Clamp(Fold(x + _period / 4) - _period / 4 + 0.5f);
            case ShapeTexture.Dotted:
                var (dx, dy) = (_period / 2 - Fold(x), _period / 2 - Fold(y));
                return Clamp(MathF.Sqrt(dx * dx + dy * dy) - _period * 0.3f + 0.5f);
            case ShapeTexture.Checkered:
                var (sx, sy) = (Fold(x + _period / 4) - _period / 4, Fold(y + _period / 4) - _period / 4);
                var edge = MathF.Min(MathF.Abs(sx), MathF.Abs(sy));
                return Clamp((sx > 0) == (sy > 0) ? 0.5f + edge : 0.5f - edge);
            default:
                return 1;
        }
    }

    /// <summary>Distance from the middle of the period: 0 to half a period.</summary>
    private float Fold(float x)
    {
        var share = x / _period;
        return MathF.Abs(share - MathF.Floor(share) - 0.5f) * _period;
    }

    private static float Clamp(float value) => value < 0 ? 0 : value > 1 ? 1 : value;
}
