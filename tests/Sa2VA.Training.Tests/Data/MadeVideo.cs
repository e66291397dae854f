using Sa2VA.Datasets;
using Sa2VA.Media;
using Sa2VA.Media.Masks;

namespace Sa2VA.Training.Tests.Data;

/// <summary>
/// A video of a dataset made of numbers: on frame f expression i means column (f + i) mod width, and every pixel of the picture is f.
/// </summary>
internal sealed class MadeVideo(string id, int frames, IReadOnlyList<ReferringExpression> expressions, bool hasTruth = true) : ReferringVideo
{
    public const int MadeWidth = 8;
    public const int MadeHeight = 4;

    public override string Id => id;

    public override int Width => MadeWidth;

    public override int Height => MadeHeight;

    public override IReadOnlyList<string> FrameNames { get; } = [.. Enumerable.Range(0, frames).Select(frame => $"{frame:d5}")];

    public override IReadOnlyList<ReferringExpression> Expressions => expressions;

    public override string Source => id;

    public override bool HasTruth => hasTruth;

    /// <summary>The frames that were read, in order.</summary>
    public List<int> Read { get; } = [];

    public static IReadOnlyList<ReferringExpression> Several(int count, params int[] absent) =>
        [.. Enumerable.Range(0, count).Select(i => new ReferringExpression($"{i}", $"thing {i}", IsAbsent: absent.Contains(i)))];

    public override RgbImage ReadFrame(int frame)
    {
        Read.Add(frame);
        var pixels = new byte[MadeWidth * MadeHeight * 3];
        Array.Fill(pixels, (byte)frame);
        return new RgbImage(MadeWidth, MadeHeight, pixels);
    }

    public override Rle Truth(ReferringExpression expression, int frame)
    {
        var mask = new byte[MadeWidth * MadeHeight];
        for (var y = 0; y < MadeHeight; y++)
            mask[y * MadeWidth + Column(expression, frame)] = 1;
        return RleCodec.Encode(mask, MadeHeight, MadeWidth);
    }

    public static int Column(ReferringExpression expression, int frame) => (frame + int.Parse(expression.Id, System.Globalization.CultureInfo.InvariantCulture)) % MadeWidth;
}

/// <summary>A dataset of such videos.</summary>
internal sealed record MadeDataset(params IReadOnlyList<MadeVideo> Made) : IReferringDataset
{
    public string Name => "made/train";

    public IReadOnlyList<ReferringVideo> Videos => Made;
}
