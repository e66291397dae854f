using Sa2VA.Models.Sam2;
using Sa2VA.Models.Weights;
using Sa2VA.Tensors;
using Sa2VA.Testing;
using static Sa2VA.Tensors.torch;

namespace Sa2VA.Models.Tests.Tracking;

/// <summary>A recorded video with its small model: features per frame, encoded when first asked for.</summary>
public sealed class GoldenVideo : IDisposable
{
    private static readonly float[] Mean = [0.485f, 0.456f, 0.406f];

    private static readonly float[] Deviation = [0.229f, 0.224f, 0.225f];

    private readonly CheckpointStore _weights;
    private readonly Tensor _frames;
    private readonly bool _roundStatistics;
    private readonly string _prefix;
    private readonly Dictionary<int, ImageFeatures> _features = [];

    private GoldenVideo(CheckpointStore weights, string prefix, Sam2Config config, Tensor frames, bool roundStatistics)
    {
        (_weights, _prefix, _frames, _roundStatistics) = (weights, prefix, frames, roundStatistics);
        Model = new Sam2Model(new WeightScope(weights, prefix), config);
    }

    public Sam2Model Model { get; }

    /// <summary>Frames of the video.</summary>
    public int Count => (int)_frames.size(0);

    /// <summary>Opens the video that a folder records or refers to.</summary>
    /// <param name="golden">The folder; must outlive the video.</param>
    /// <param name="config">The tracker's settings.</param>
    /// <param name="prefix">Where the tracker's weights are in the state dict.</param>
    /// <param name="roundStatistics">Whether mean and deviation are rounded to BF16 first, as Sa2VA does.</param>
    public static GoldenVideo Open(GoldenFolder golden, Sam2Config config, string prefix = "", bool roundStatistics = false)
    {
        var frames = golden.Resolve(golden.Config.TryGetProperty("frames", out var elsewhere) ? elsewhere.GetString()! : "frames_uint8_model_size");
        return new GoldenVideo(CheckpointStore.Open(golden.WeightsPath), prefix, config, frames, roundStatistics);
    }

    /// <summary>The same weights under other settings; owned by this video.</summary>
    public Sam2Model WithSettings(Func<Sam2Config, Sam2Config> change) => new(new WeightScope(_weights, _prefix), change(Model.Config));

    /// <summary>A frame's pixels in normalised units: [1, 3, S, S].</summary>
    public Tensor Pixels(int frame)
    {
        using var scope = NewDisposeScope();
        Tensor Statistic(float[] values)
        {
            var exact = tensor(values, [3, 1, 1]);
            return _roundStatistics ? exact.to(ScalarType.BFloat16).to(ScalarType.Float32) : exact;
        }

        var pixels = _frames[frame].to(ScalarType.Float32).permute(2, 0, 1) / 255;
        return ((pixels - Statistic(Mean)) / Statistic(Deviation)).unsqueeze(0).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>A frame's features, owned by this video.</summary>
    public ImageFeatures Features(int frame)
    {
        if (_features.TryGetValue(frame, out var known)) return known;
        using var scope = NewDisposeScope();
        return _features[frame] = Model.EncodeImage(Pixels(frame));
    }

    public void Dispose()
    {
        foreach (var features in _features.Values) features.Dispose();
        _weights.Dispose();
    }
}
