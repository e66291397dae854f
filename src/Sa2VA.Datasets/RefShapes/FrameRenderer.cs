namespace Sa2VA.Datasets.RefShapes;

/// <summary>Draws one frame of a scene, from back to front.</summary>
internal static class FrameRenderer
{
    public static void Render(Scene scene, Backdrop backdrop, int frame, Span<byte> rgb, Span<byte> owners)
    {
        var view = scene.Camera.At(frame);
        var light = scene.LightAt(frame);
        backdrop.Draw(view, light, rgb);
        owners.Clear();
        foreach (var layer in scene.Layers)
        {
            if (layer >= 0)
                ShapePainter.Paint(scene.Objects[layer], scene.PoseOf(layer, frame, view), light, rgb, owners);
            else
                WallPainter.Paint(scene.Walls[~layer], view, light, rgb, owners);
        }
    }

    /// <summary>Who is seen where, on a grid of every <paramref name="step"/>-th pixel.</summary>
    public static void Mark(Scene scene, int frame, in View view, int step, Span<byte> grid)
    {
        grid.Clear();
        foreach (var layer in scene.Layers)
        {
            if (layer >= 0)
                ShapePainter.Mark(scene.Objects[layer], scene.PoseOf(layer, frame, view), step, grid);
            else
                WallPainter.Mark(scene.Walls[~layer], view, step, grid);
        }
    }
}
