namespace Sa2VA.Datasets.RefShapes;

/// <summary>Paints grey bricks; what lies behind is owned by nobody.</summary>
internal static class WallPainter
{
    private const int Width = RefShapesVideo.FrameWidth;
    private const int Height = RefShapesVideo.FrameHeight;
    private const float Course = 7;
    private const float Brick = 14;

    public static void Paint(Wall wall, in View view, float light, Span<byte> rgb, Span<byte> owners)
    {
        var (left, top, right, bottom) = Bounds(wall, view, 1);
        var scale = 1 / view.Zoom;
        var (originX, originY) = view.ToScreen(0, 0);
        for (var y = top; y < bottom; y++)
        {
            var worldY = (y + 0.5f - originY) * scale;
            var course = MathF.Floor(worldY / Course);
            var inCourse = worldY - course * Course;
            var shift = ((int)course & 1) * Brick / 2;
            for (var x = left; x < right; x++)
            {
                var worldX = (x + 0.5f - originX) * scale + shift;
                var column = MathF.Floor(worldX / Brick);
                var mortar = inCourse < 1.2f || worldX - column * Brick < 1.2f;
                var grain = (int)(RandomStream.Mix(wall.Seed ^ ((ulong)(uint)(int)worldX << 32 | (uint)(int)worldY)) >> 60) - 8;
                var brick = (int)(RandomStream.Mix(wall.Seed + ((ulong)(uint)(int)column << 32 | (uint)(int)course)) >> 59) - 16;
                var tone = (byte)Math.Clamp((mortar ? wall.Tone - 34 : wall.Tone + brick + grain) * light, 0, 255);
                var at = y * Width + x;
                rgb.Slice(at * 3, 3).Fill(tone);
                owners[at] = 0;
            }
        }
    }

    public static void Mark(Wall wall, in View view, int step, Span<byte> grid)
    {
        var (left, top, right, bottom) = Bounds(wall, view, step);
        for (var y = top; y < bottom; y++)
            grid.Slice(y * (Width / step) + left, right - left).Clear();
    }

    /// <summary>Pixels whose centres lie inside, of every <paramref name="step"/>-th.</summary>
    private static (int Left, int Top, int Right, int Bottom) Bounds(Wall wall, in View view, int step)
    {
        var (left, top) = view.ToScreen(wall.Left, wall.Top);
        var (right, bottom) = view.ToScreen(wall.Right, wall.Bottom);
        var (x0, x1) = (Edge(left, Width), Edge(right, Width));
        var (y0, y1) = (Edge(top, Height), Edge(bottom, Height));
        return (x0, y0, Math.Max(x0, x1), Math.Max(y0, y1));

        int Edge(float at, int size) => Math.Clamp((int)MathF.Ceiling(at / step - 0.5f), 0, size / step);
    }
}
