namespace Sa2VA.Datasets.RefShapes;

/// <summary>
/// The ground of a video: painted once, larger than the frame so that the camera can move over it, and resampled bilinearly for each
/// frame. A pixel is one word of three 16-bit lanes, so that one multiplication weighs all its channels.
/// </summary>
internal sealed class Backdrop
{
    /// <summary>Half of what zoom 1 does not show: pan, shake, and a pixel for the interpolation.</summary>
    public const int MarginX = 22;

    /// <inheritdoc cref="MarginX"/>
    public const int MarginY = 16;

    public const int Width = RefShapesVideo.FrameWidth + 2 * MarginX;
    public const int Height = RefShapesVideo.FrameHeight + 2 * MarginY;

    private readonly ulong[][] _rows;

    public Backdrop(RandomStream random) => _rows = BackdropPatterns.Paint(random);

    /// <summary>Fills a frame [H, W, 3].</summary>
    /// <param name="light">At most 1.1: a lane must not run over.</param>
    public void Draw(in View view, float light, Span<byte> rgb)
    {
        const int One = 16;
        var unit = (uint)(256 * light);
        var step = (int)(65536 / view.Zoom);
        var (startX, startY) = (Start(view.X, view.ShakeX, RefShapesVideo.FrameWidth, MarginX, view.Zoom), Start(view.Y, view.ShakeY, RefShapesVideo.FrameHeight, MarginY, view.Zoom));
        var at = 0;
        for (var y = 0; y < RefShapesVideo.FrameHeight; y++)
        {
            var fixedY = startY + y * step;
            var (above, below) = (_rows[fixedY >> 16], _rows[(fixedY >> 16) + 1]);
            var weightY = (uint)(fixedY >> 12) & (One - 1);
            for (var x = 0; x < RefShapesVideo.FrameWidth; x++)
            {
                var fixedX = startX + x * step;
                var column = fixedX >> 16;
                var weightX = (uint)(fixedX >> 12) & (One - 1);
                var both = weightX * weightY;
                var sum = above[column] * (256 - 16 * (weightX + weightY) + both) + above[column + 1] * (16 * weightX - both)
                    + below[column] * (16 * weightY - both) + below[column + 1] * both;
                var lit = ((sum >> 8) & 0x00FF_00FF_00FF) * unit;
                rgb[at] = (byte)(lit >> 8);
                rgb[at + 1] = (byte)(lit >> 24);
                rgb[at + 2] = (byte)(lit >> 40);
                at += 3;
            }
        }
    }

    /// <summary>Where the centre of the first pixel falls on the canvas, 16.16 fixed point.</summary>
    private static int Start(float centre, float shake, int size, int margin, float zoom) =>
        (int)(((0.5f - size / 2f - shake) / zoom + centre + margin - 0.5f) * 65536);
}
