namespace Sa2VA.Datasets.RefShapes;

/// <summary>Fills outlines: with colour and ownership on a frame, or with ownership alone on a coarse grid.</summary>
internal static class ShapePainter
{
    private const int Width = RefShapesVideo.FrameWidth;
    private const int Height = RefShapesVideo.FrameHeight;

    /// <summary>Paints an object over what is there. A pixel is owned when its centre lies inside.</summary>
    public static void Paint(ShapeObject one, in Pose pose, float light, Span<byte> rgb, Span<byte> owners)
    {
        switch (one.Shape)
        {
            case ShapeKind.Circle: Paint<CircleField>(one, pose, light, rgb, owners); break;
            case ShapeKind.Square: Paint<SquareField>(one, pose, light, rgb, owners); break;
            case ShapeKind.Triangle: Paint<TriangleField>(one, pose, light, rgb, owners); break;
            case ShapeKind.Star: Paint<StarField>(one, pose, light, rgb, owners); break;
            case ShapeKind.Cross: Paint<CrossField>(one, pose, light, rgb, owners); break;
            default: Paint<RingField>(one, pose, light, rgb, owners); break;
        }
    }

    /// <summary>Marks an object on a grid of every <paramref name="step"/>-th pixel.</summary>
    public static void Mark(ShapeObject one, in Pose pose, int step, Span<byte> grid)
    {
        switch (one.Shape)
        {
            case ShapeKind.Circle: Mark<CircleField>(one, pose, step, grid); break;
            case ShapeKind.Square: Mark<SquareField>(one, pose, step, grid); break;
            case ShapeKind.Triangle: Mark<TriangleField>(one, pose, step, grid); break;
            case ShapeKind.Star: Mark<StarField>(one, pose, step, grid); break;
            case ShapeKind.Cross: Mark<CrossField>(one, pose, step, grid); break;
            default: Mark<RingField>(one, pose, step, grid); break;
        }
    }

    /// <summary>How far from its centre an object reaches, pixels.</summary>
    public static float Reach(ShapeKind shape, float radius) => radius * shape switch
    {
        ShapeKind.Circle => CircleField.Reach,
        ShapeKind.Square => SquareField.Reach,
        ShapeKind.Triangle => TriangleField.Reach,
        ShapeKind.Star => StarField.Reach,
        ShapeKind.Cross => CrossField.Reach,
        _ => RingField.Reach,
    };

    private static void Paint<TField>(ShapeObject one, in Pose pose, float light, Span<byte> rgb, Span<byte> owners)
        where TField : struct, IShapeField
    {
        var reach = TField.Reach * pose.Radius + 1;
        var (left, right) = Range(pose.X, reach, Width);
        var (top, bottom) = Range(pose.Y, reach, Height);
        var (cos, sin) = (pose.Cos / pose.Radius, pose.Sin / pose.Radius);
        var (radius, surface) = (pose.Radius, one.Body.Radius);
        var pattern = new Pattern(one.Texture, one.Size);
        var named = Palette.Of(one.Colour);
        var tint = one.Body.Tint;
        var (red, green, blue) = ((named.R + tint.R) * light, (named.G + tint.G) * light, (named.B + tint.B) * light);
        var owner = (byte)(one.Index + 1);
        for (var y = top; y < bottom; y++)
        {
            var dy = y + 0.5f - pose.Y;
            for (var x = left; x < right; x++)
            {
                var dx = x + 0.5f - pose.X;
                var (u, v) = (dx * cos + dy * sin, dy * cos - dx * sin);
                var distance = TField.Distance(u, v) * radius;
                if (distance >= 0.5f) continue;
                // The outermost pixel is dark, so that like-coloured neighbours stay apart.
                var rim = distance + 1.7f;
                var bright = pattern.Brightness(u * surface, v * surface);
                if (rim > 0) bright = MathF.Min(bright, MathF.Max(0, 1 - rim));
                var tone = Palette.DarkShare + (1 - Palette.DarkShare) * bright;
                var cover = MathF.Min(1, 0.5f - distance);
                var at = y * Width + x;
                var pixel = rgb.Slice(at * 3, 3);
                pixel[0] = Blend(pixel[0], red * tone, cover);
                pixel[1] = Blend(pixel[1], green * tone, cover);
                pixel[2] = Blend(pixel[2], blue * tone, cover);
                if (distance < 0) owners[at] = owner;
            }
        }
    }

    private static void Mark<TField>(ShapeObject one, in Pose pose, int step, Span<byte> grid)
        where TField : struct, IShapeField
    {
        var reach = TField.Reach * pose.Radius + step;
        var columns = Width / step;
        var (left, right) = Range(pose.X / step, reach / step, columns);
        var (top, bottom) = Range(pose.Y / step, reach / step, Height / step);
        var (cos, sin) = (pose.Cos / pose.Radius, pose.Sin / pose.Radius);
        var owner = (byte)(one.Index + 1);
        for (var y = top; y < bottom; y++)
        {
            var dy = (y + 0.5f) * step - pose.Y;
            for (var x = left; x < right; x++)
            {
                var dx = (x + 0.5f) * step - pose.X;
                if (TField.Distance(dx * cos + dy * sin, dy * cos - dx * sin) < 0) grid[y * columns + x] = owner;
            }
        }
    }

    /// <summary>The pixels within <paramref name="reach"/> of <paramref name="centre"/>, cut to the picture.</summary>
    public static (int From, int To) Range(float centre, float reach, int size) =>
        (Math.Clamp((int)MathF.Floor(centre - reach), 0, size), Math.Clamp((int)MathF.Ceiling(centre + reach), 0, size));

    private static byte Blend(byte below, float above, float cover) =>
        (byte)MathF.Min(255, below + (above - below) * cover + 0.5f);
}
