using System.Runtime.CompilerServices;
using Sa2VA.Cluster.Results;
using Sa2VA.Media;

namespace Sa2VA.Cluster.Exports;

/// <summary>A video's pictures beside its masks.</summary>
internal static class ExportFrames
{
    private const double UsualRate = 25;
    private const double SlowestRate = 1;
    private const double FastestRate = 240;

    /// <summary>Name of a frame's file without its ending, as the video object segmentation benchmarks number them.</summary>
    public static string NameOf(StoredStep step) => step.Frame.ToString("D5", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Every stored step with its picture, which is disposed when the next is asked for.</summary>
    /// <exception cref="ExportException">The video is not known, or is not the one that was tracked.</exception>
    public static async IAsyncEnumerable<(VideoFrame Frame, StoredStep Step)> ReadAsync(ExportVideo video, VideoInfo info, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (info.Width != video.Width || info.Height != video.Height)
            throw new ExportException($"'{info.Path}' has {info.Width}x{info.Height} pixels, the masks of '{video.Name}' {video.Width}x{video.Height}: it is not the video that was tracked.");
        var (first, stride) = await SpacingAsync(video, cancellationToken);
        await using var steps = video.ReadAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var frames = VideoReader.ReadAsync(info.Path, info, new ReadOptions { FirstFrame = first, Stride = stride }, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await steps.MoveNextAsync())
        {
            if (!await frames.MoveNextAsync() || frames.Current.Index != steps.Current.Frame)
                throw new ExportException($"'{info.Path}' has no frame {steps.Current.Frame} where the masks of '{video.Name}' have one: it is not the video that was tracked.");
            using var frame = frames.Current;
            yield return (frame, steps.Current);
        }
    }

    /// <summary>Brings the video here.</summary>
    /// <exception cref="ExportException">It is not known where it is.</exception>
    public static Task<Nodes.LocalVideo> OpenAsync(ExportVideo video, CancellationToken cancellationToken) => video.OpenAsync is { } open
        ? open(cancellationToken)
        : throw new ExportException($"This format shows the video, and it is not known where '{video.Name}' is. Name it with --video.");

    /// <summary>Frames per second of the stored steps, from the first two.</summary>
    public static async Task<double> RateAsync(ExportVideo video, CancellationToken cancellationToken)
    {
        var (first, second) = await FirstAsync(video, cancellationToken);
        var pause = (second?.Seconds ?? 0) - (first?.Seconds ?? 0);
        return pause > 0 ? Math.Clamp(1 / pause, SlowestRate, FastestRate) : UsualRate;
    }

    private static async Task<(int First, int Stride)> SpacingAsync(ExportVideo video, CancellationToken cancellationToken)
    {
        var (first, second) = await FirstAsync(video, cancellationToken);
        return (first?.Frame ?? 0, first is null || second is null ? 1 : second.Frame - first.Frame);
    }

    private static async Task<(StoredStep? First, StoredStep? Second)> FirstAsync(ExportVideo video, CancellationToken cancellationToken)
    {
        StoredStep? first = null;
        await foreach (var step in video.ReadAsync(cancellationToken))
        {
            if (first is not null) return (first, step);
            first = step;
        }

        return (first, null);
    }
}
