using System.Globalization;
using Sa2VA.Datasets;
using Sa2VA.Datasets.RefShapes;
using Sa2VA.Media;
using Sa2VA.Media.Masks;

namespace Sa2VA.Evaluation.RefShapes;

/// <summary>
/// A procedural video as one of a dataset. Asking for its source writes it as an MP4 when it is not there yet; the truth of the frame that
/// was asked for last is kept, because all its expressions follow.
/// </summary>
internal sealed class DrawnVideo : ReferringVideo
{
    private readonly Lazy<RefShapesVideo> _drawn;
    private readonly Lazy<IReadOnlyList<ReferringExpression>> _expressions;
    private readonly Lazy<IReadOnlyList<string>> _frames;
    private readonly Lazy<string> _source;
    private readonly Lock _gate = new();
    private readonly byte[] _owners = new byte[RefShapesVideo.FrameWidth * RefShapesVideo.FrameHeight];
    private readonly byte[] _mask = new byte[RefShapesVideo.FrameWidth * RefShapesVideo.FrameHeight];
    private int _ownersOf = -1;

    public DrawnVideo(RefShapesSplit split, int index, string cacheFolder)
    {
        Id = string.Create(CultureInfo.InvariantCulture, $"{split.Name()}_{index:0000}");
        _drawn = new Lazy<RefShapesVideo>(() => RefShapesVideo.Create(split, seed: 0, index));
        _expressions = new Lazy<IReadOnlyList<ReferringExpression>>(() => [.. _drawn.Value.Expressions.Select(Expression)]);
        _frames = new Lazy<IReadOnlyList<string>>(() => [.. Enumerable.Range(0, _drawn.Value.FrameCount).Select(i => i.ToString("D5", CultureInfo.InvariantCulture))]);
        _source = new Lazy<string>(() => Write(Path.Combine(cacheFolder, Id + ".mp4")));
    }

    public override string Id { get; }

    public override int Width => RefShapesVideo.FrameWidth;

    public override int Height => RefShapesVideo.FrameHeight;

    public override IReadOnlyList<string> FrameNames => _frames.Value;

    public override IReadOnlyList<ReferringExpression> Expressions => _expressions.Value;

    public override string Source => _source.Value;

    public override bool HasTruth => true;

    public override RgbImage ReadFrame(int frame)
    {
        var image = new RgbImage(Width, Height);
        _drawn.Value.Render(frame, image.Pixels, new byte[Width * Height]);
        return image;
    }

    public override Rle Truth(ReferringExpression expression, int frame)
    {
        var meant = _drawn.Value.Expressions.First(e => e.Id == expression.Id);
        lock (_gate)
        {
            if (_ownersOf != frame)
            {
                using var image = new RgbImage(Width, Height);
                _drawn.Value.Render(frame, image.Pixels, _owners);
                _ownersOf = frame;
            }

            _drawn.Value.Mask(meant, _owners, _mask);
            return RleCodec.Encode(_mask, Height, Width);
        }
    }

    private string Write(string path)
    {
        if (!File.Exists(path)) WriteAsync(path).GetAwaiter().GetResult();
        return path;
    }

    private async Task WriteAsync(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await using var writer = ClipWriter.Start(new ClipOutputs(null, path), Width, Height, _drawn.Value.FramesPerSecond, MediaLimits.Default);
        var (rgb, owners) = (new byte[Width * Height * 3], new byte[Width * Height]);
        for (var frame = 0; frame < FrameNames.Count; frame++)
        {
            _drawn.Value.Render(frame, rgb, owners);
            await writer.WriteAsync(rgb, CancellationToken.None);
        }

        await writer.CompleteAsync(CancellationToken.None);
    }

    private static ReferringExpression Expression(RefShapesExpression expression)
        => new(expression.Id, expression.Text, expression.Level.ToString().ToLowerInvariant(), IsAbsent: expression.Objects.Count == 0);
}
