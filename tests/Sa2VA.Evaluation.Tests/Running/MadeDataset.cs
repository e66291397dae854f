using System.Globalization;
using Sa2VA.Datasets;
using Sa2VA.Media;
using Sa2VA.Media.Masks;

namespace Sa2VA.Evaluation.Tests.Running;

/// <summary>A dataset from values.</summary>
internal sealed record MadeDataset(string Name, params IReadOnlyList<ReferringVideo> Videos) : IReferringDataset;

/// <summary>
/// A video of grey frames in which a square moves two pixels a frame to the right. Every expression but the absent ones means the square.
/// </summary>
internal sealed class MadeVideo(string id, int frames, params IReadOnlyList<ReferringExpression> expressions) : ReferringVideo
{
    public const int Side = 32;

    /// <summary>The video's file, where a test needs one.</summary>
    public string? File { get; init; }

    public override string Id => id;

    public override int Width => 48;

    public override int Height => Side;

    public override IReadOnlyList<string> FrameNames { get; } = [.. Enumerable.Range(0, frames).Select(i => (i * 5).ToString("D5", CultureInfo.InvariantCulture))];

    public override IReadOnlyList<ReferringExpression> Expressions => expressions;

    public override string Source => File ?? throw new DatasetException("This video has no file.");

    public override bool HasTruth => true;

    public override RgbImage ReadFrame(int frame)
    {
        var image = new RgbImage(Width, Height);
        image.Pixels.Fill(90);
        return image;
    }

    public override Rle Truth(ReferringExpression expression, int frame) => expression.IsAbsent ? RleCodec.Empty(Height, Width) : Square(frame);

    /// <summary>The square, shifted to the right by some pixels.</summary>
    public static Rle Square(int frame, int shift = 0)
    {
        var mask = new byte[Side * 48];
        for (var y = 8; y < 20; y++) mask.AsSpan(y * 48 + 4 + 2 * frame + shift, 12).Fill(1);
        return RleCodec.Encode(mask, Side, 48);
    }
}
