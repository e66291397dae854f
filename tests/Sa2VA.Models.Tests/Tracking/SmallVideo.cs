using Sa2VA.Models.Sam2;
using Sa2VA.Models.Sam2.Tracking;
using Sa2VA.Tensors;
using Sa2VA.Testing;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Tests.Tracking;

/// <summary>A small model with a short clip, shared by the tests of a class. Frames beyond the clip's end repeat it.</summary>
public sealed class SmallVideo : IDisposable
{
    private readonly GoldenFolder _golden = Golden.Open(Golden.Folders("sam2", "video_").First(folder => File.Exists(Path.Combine(Golden.Root, folder, "weights.safetensors"))));
    private readonly GoldenVideo _video;

    public SmallVideo()
    {
        _video = GoldenVideo.Open(_golden, Sam2Config.FromJson(_golden.Config.GetProperty("sam2")));
        (Height, Width) = (_golden.Config.GetProperty("video_height").GetInt32(), _golden.Config.GetProperty("video_width").GetInt32());
    }

    public int Height { get; }

    public int Width { get; }

    public Sam2Model Model => _video.Model;

    public ImageFeatures Features(int frame) => _video.Features(frame % _video.Count);

    /// <summary>The same weights under other settings.</summary>
    public Sam2Model WithSettings(Func<Sam2Config, Sam2Config> change) => _video.WithSettings(change);

    public VideoTracker Tracker(TrackerOptions? options = null) => new(Model, options ?? new TrackerOptions(), Height, Width);

    /// <summary>A click at a place that depends on the seed.</summary>
    public PointPrompt Click(int seed) => PointPrompt.Click((17 + (29 * seed)) % Width, (11 + (23 * seed)) % Height);

    /// <summary>A filled rectangle that depends on the seed, in the current scope.</summary>
    public Tensor Mask(int seed)
    {
        var mask = new byte[Height * Width];
        var (left, top) = ((7 + (31 * seed)) % (Width / 2), (5 + (13 * seed)) % (Height / 2));
        for (var y = top; y < top + (Height / 3); y++)
            Array.Fill(mask, (byte)1, (y * Width) + left, Width / 3);
        return tensor(mask, [Height, Width]);
    }

    /// <summary>A language embedding that depends on the seed, in the current scope.</summary>
    public Tensor Language(int seed)
    {
        var channels = Model.Config.HiddenDim;
        var random = new Random(seed);
        return tensor(Enumerable.Range(0, channels).Select(_ => (float)(random.NextDouble() - 0.5)).ToArray(), [1, channels]);
    }

    /// <summary>Walks over frames and returns what is output for one object, as bytes: mask logits, score and IoU.</summary>
    public List<byte[]> Walk(VideoTracker tracker, IEnumerable<int> frames, int objectId, bool reverse = false)
    {
        var outputs = new List<byte[]>();
        foreach (var frame in frames)
        {
            using var masks = tracker.Track(frame, Features(frame), reverse);
            outputs.Add(Row(masks, objectId));
        }
        return outputs;
    }

    /// <summary>One object's row of a frame, as bytes.</summary>
    public static byte[] Row(FrameMasks masks, int objectId)
    {
        using var scope = NewDisposeScope();
        var row = masks.ObjectIds.ToList().IndexOf(objectId);
        return
        [
            .. masks.LowResLogits[row].contiguous().bytes, .. masks.ObjectScoreLogits[row].contiguous().bytes, .. masks.Ious[row].contiguous().bytes,
        ];
    }

    public void Dispose()
    {
        _video.Dispose();
        _golden.Dispose();
    }
}
