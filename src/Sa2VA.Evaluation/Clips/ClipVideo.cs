using System.Globalization;
using Sa2VA.Datasets;
using Sa2VA.Media;
using Sa2VA.Media.Masks;

namespace Sa2VA.Evaluation.Clips;

/// <summary>The clip of a <see cref="ClipTruth"/>.</summary>
internal sealed class ClipVideo : ReferringVideo
{
    private readonly Dictionary<string, ClipTruthFile.Sentence> _sentences;

    public ClipVideo(string path, ClipTruthFile file)
    {
        var beside = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, file.Video);
        Source = Path.HasExtension(file.Video) ? beside : beside + ".mp4";
        (Width, Height) = (file.Width, file.Height);
        FrameNames = [.. Enumerable.Range(0, file.Frames).Select(i => i.ToString("D5", CultureInfo.InvariantCulture))];
        Expressions = [.. file.Expressions.Select(s => new ReferringExpression(s.Id, s.Text, s.Level, IsAbsent: s.Masks.All(m => m is null)))];
        _sentences = file.Expressions.ToDictionary(s => s.Id, StringComparer.Ordinal);
    }

    public override string Id => Path.GetFileNameWithoutExtension(Source);

    public override int Width { get; }

    public override int Height { get; }

    public override IReadOnlyList<string> FrameNames { get; }

    public override IReadOnlyList<ReferringExpression> Expressions { get; }

    public override string Source { get; }

    public override bool HasTruth => true;

    public override RgbImage ReadFrame(int frame) => ReadFrameAsync(frame).GetAwaiter().GetResult();

    public override Rle Truth(ReferringExpression expression, int frame)
        => _sentences[expression.Id].Masks[frame] is { } counts ? new Rle(Height, Width, counts) : RleCodec.Empty(Height, Width);

    private async Task<RgbImage> ReadFrameAsync(int frame)
    {
        try
        {
            var info = await MediaProbe.ProbeAsync(Source, MediaLimits.Default, CancellationToken.None);
            await foreach (var decoded in VideoReader.ReadAsync(Source, info, new ReadOptions { Frames = [frame] }, CancellationToken.None))
            {
                using (decoded) return decoded.Image.Clone();
            }

            throw new DatasetException($"'{Source}' has no frame {frame}.");
        }
        catch (Exception e) when (e is MediaException or ArgumentException)
        {
            throw new DatasetException(e.Message, e);
        }
    }
}
