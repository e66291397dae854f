using Sa2VA.Datasets.RefShapes;

namespace Sa2VA.Datasets.Tests.RefShapes;

/// <summary>A video, watched: every frame is drawn, and what is seen of each object is counted in the drawn pixels.</summary>
internal sealed class Observation
{
    private const int PromisedPixels = 30;
    private readonly int[,] _pixels;
    private readonly bool[,] _outside;
    private readonly (float X, float Y)[,] _centres;

    public Observation(RefShapesVideo video)
    {
        Video = video;
        var count = video.Objects.Count;
        (_pixels, _outside, _centres) = (new int[count, video.FrameCount], new bool[count, video.FrameCount], new (float, float)[count, video.FrameCount]);
        var rgb = new byte[video.Width * video.Height * 3];
        var owners = new byte[video.Width * video.Height];
        for (var frame = 0; frame < video.FrameCount; frame++)
        {
            video.Render(frame, rgb, owners);
            var pixels = video.VisiblePixels(owners);
            var view = video.Scene.Camera.At(frame) with { ShakeX = 0, ShakeY = 0 };
            for (var i = 0; i < count; i++)
            {
                var pose = video.Scene.PoseOf(i, frame, view);
                var reach = 1.45f * pose.Radius;
                _centres[i, frame] = (pose.X, pose.Y);
                _pixels[i, frame] = pixels[i];
                _outside[i, frame] = pixels[i] == 0
                    && (pose.X < reach || pose.Y < reach || pose.X > video.Width - reach || pose.Y > video.Height - reach);
            }
        }
    }

    public RefShapesVideo Video { get; }

    public int Frames => Video.FrameCount;

    public int Pixels(int index, int frame) => _pixels[index, frame];

    public bool Seen(int index, int frame) => Pixels(index, frame) >= PromisedPixels;

    /// <summary>Not a pixel of it is seen, and it is at or over the edge of the frame.</summary>
    public bool Outside(int index, int frame) => _outside[index, frame];

    public (float X, float Y) Centre(int index, int frame) => _centres[index, frame];

    public double Share(int index) => Count(index) / (double)Frames;

    public int Count(int index) => Enumerable.Range(0, Frames).Count(f => Seen(index, f));

    public int First(int index) => Enumerable.Range(0, Frames).FirstOrDefault(f => Seen(index, f), -1);

    public int Last(int index) => Enumerable.Range(0, Frames).LastOrDefault(f => Seen(index, f), -1);

    /// <summary>The steps from one frame to the next, in pixels, over which it is seen.</summary>
    public IReadOnlyList<(float X, float Y)> Steps(int index) =>
    [
        .. Enumerable.Range(1, Frames - 1).Where(f => Seen(index, f) && Seen(index, f - 1))
            .Select(f => (Centre(index, f).X - Centre(index, f - 1).X, Centre(index, f).Y - Centre(index, f - 1).Y)),
    ];

    /// <summary>The places at which it is seen.</summary>
    public IReadOnlyList<(float X, float Y)> Places(int index) => [.. Enumerable.Range(0, Frames).Where(f => Seen(index, f)).Select(f => Centre(index, f))];
}
