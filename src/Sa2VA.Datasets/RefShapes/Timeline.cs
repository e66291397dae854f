namespace Sa2VA.Datasets.RefShapes;

/// <summary>
/// Where every object is and how much of it is seen over time: all that is needed to say what is true of a video. Visibility is counted
/// on a grid of every second pixel; on long videos every sixth frame is looked at.
/// </summary>
internal sealed class Timeline
{
    /// <summary>Fewer pixels do not count as seen. Above the 30 that are promised, for the grid's error.</summary>
    private const int SeenPixels = 44;

    private const int GridStep = 2;
    private readonly float[] _x;
    private readonly float[] _y;
    private readonly bool[] _seen;
    private readonly bool[] _outside;

    public Timeline(Scene scene)
    {
        Scene = scene;
        Stride = scene.FrameCount > 200 ? 6 : 1;
        Samples = (scene.FrameCount + Stride - 1) / Stride;
        var count = scene.Objects.Count;
        (_x, _y) = (new float[count * Samples], new float[count * Samples]);
        (_seen, _outside) = (new bool[count * Samples], new bool[count * Samples]);
        Span<byte> grid = stackalloc byte[RefShapesVideo.FrameWidth / GridStep * (RefShapesVideo.FrameHeight / GridStep)];
        Span<int> pixels = stackalloc int[count + 1];
        for (var s = 0; s < Samples; s++)
        {
            var frame = s * Stride;
            var view = scene.Camera.At(frame);
            var steady = view with { ShakeX = 0, ShakeY = 0 };
            FrameRenderer.Mark(scene, frame, view, GridStep, grid);
            pixels.Clear();
            foreach (var owner in grid) pixels[owner]++;
            for (var i = 0; i < count; i++)
            {
                var pose = scene.PoseOf(i, frame, steady);
                var reach = ShapePainter.Reach(scene.Objects[i].Shape, pose.Radius);
                var at = i * Samples + s;
                (_x[at], _y[at]) = (pose.X, pose.Y);
                _seen[at] = pixels[i + 1] * GridStep * GridStep >= SeenPixels;
                _outside[at] = pose.X + reach < 0 || pose.Y + reach < 0
                    || pose.X - reach > RefShapesVideo.FrameWidth || pose.Y - reach > RefShapesVideo.FrameHeight;
            }
        }
    }

    public Scene Scene { get; }

    /// <summary>Frames from one sample to the next.</summary>
    public int Stride { get; }

    public int Samples { get; }

    /// <summary>The centre on the screen, without the camera's shake.</summary>
    public (float X, float Y) Centre(int index, int sample) => (_x[index * Samples + sample], _y[index * Samples + sample]);

    /// <summary>Whether enough of it is seen to be found.</summary>
    public bool Seen(int index, int sample) => _seen[index * Samples + sample];

    /// <summary>Whether nothing of it is inside the frame; one that is hidden is not outside.</summary>
    public bool Outside(int index, int sample) => _outside[index * Samples + sample];

    /// <summary>Share of the video in which it is seen.</summary>
    public float SeenShare(int index)
    {
        var seen = 0;
        for (var s = 0; s < Samples; s++) seen += Seen(index, s) ? 1 : 0;
        return (float)seen / Samples;
    }
}
