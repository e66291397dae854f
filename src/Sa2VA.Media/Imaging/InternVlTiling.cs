namespace Sa2VA.Media;

/// <summary>
/// InternVL's dynamic tiling of a still image (<c>dynamic_preprocess</c> and <c>find_closest_aspect_ratio</c> of Sa2VA's
/// <c>modeling_sa2va_chat.py</c>). Frames of a video are not tiled.
/// </summary>
public static class InternVlTiling
{
    /// <summary>The tile grid whose shape is closest to the image's.</summary>
    /// <returns>Columns and rows, with <c>1 &lt;= columns * rows &lt;= maxTiles</c>.</returns>
    public static (int Columns, int Rows) ChooseGrid(int width, int height, int maxTiles = 12, int tileSize = 448)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxTiles);
        var aspect = (double)width / height;
        var area = (long)width * height;
        var best = (Columns: 1, Rows: 1);
        var closest = double.PositiveInfinity;
        for (var tiles = 1; tiles <= maxTiles; tiles++)
        {
            for (var columns = 1; columns <= tiles; columns++)
            {
                if (tiles % columns != 0)
                    continue;
                var rows = tiles / columns;
                var difference = Math.Abs(aspect - (double)columns / rows);
                // On an exact tie the larger grid wins when the image has pixels for at least half of it.
                if (difference < closest || (difference == closest && area > 0.5 * tileSize * tileSize * columns * rows))
                {
                    closest = difference;
                    best = (columns, rows);
                }
            }
        }

        return best;
    }

    /// <summary>Cuts an image into tiles, row by row; with more than one tile a squashed copy of the whole image comes last.</summary>
    /// <returns>Pictures of <paramref name="tileSize"/> squared; the caller disposes them.</returns>
    public static IReadOnlyList<RgbImage> Split(RgbImage image, int maxTiles = 12, int tileSize = 448)
    {
        ArgumentNullException.ThrowIfNull(image);
        var (columns, rows) = ChooseGrid(image.Width, image.Height, maxTiles, tileSize);
        var tiles = new List<RgbImage>(columns * rows + 1);
        using var resized = image.ResizeBicubic(columns * tileSize, rows * tileSize);
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
                tiles.Add(resized.Crop(column * tileSize, row * tileSize, tileSize, tileSize));
        }

        if (tiles.Count > 1)
            tiles.Add(image.ResizeBicubic(tileSize, tileSize));
        return tiles;
    }
}
