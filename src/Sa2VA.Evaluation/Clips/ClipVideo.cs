using System.Globalization;
using System.Runtime.CompilerServices;
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

    public override RgbImage ReadFrame(int frame) => ReadOneAsync(frame).GetAwaiter().GetResult();

    public override async IAsyncEnumerable<RgbImage> ReadFramesAsync(IReadOnlyList<int> frames, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var info = await GuardAsync(async () => await MediaProbe.ProbeAsync(Source, MediaLimits.Default, cancellationToken));
        if (info.FrameCount != FrameNames.Count)
            throw new DatasetException($"'{Source}' has {info.FrameCount} frames; its truth is about {FrameNames.Count}.");
        await using var decoded = VideoReader.ReadAsync(Source, info, new ReadOptions { Frames = frames }, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await GuardAsync(async () => await decoded.MoveNextAsync()))
        {
            using (decoded.Current) yield return decoded.Current.Image.Clone();
        }
    }

    public override Rle Truth(ReferringExpression expression, int frame)
        => _sentences[expression.Id].Masks[frame] is { } counts ? new Rle(Height, Width, counts) : RleCodec.Empty(Height, Width);

    private async Task<RgbImage> ReadOneAsync(int frame)
    {
        await foreach (var image in ReadFramesAsync([frame])) return image;
        throw new DatasetException($"'{Source}' has no frame {frame}.");
    }

    private static async Task<T> GuardAsync<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (MediaException e) when (!e.IsTransient)
        {
            throw new DatasetException(e.Message, e);
        }
    }
}
